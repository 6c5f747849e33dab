// How a Winograd convolution goes over an image: the fields of a Tiling (engine/plans/convolution/tilings.ts), along each axis.

#param TILE = 4
#param SEEN = 6
#param STEP = 4
#param PLACES = 6

#include winograd_2
#include winograd_3
#include winograd_4
#include winograd_6

// How a Winograd convolution goes over an image: the fields of a Tiling (engine/plans/convolution/winograd/tilings.ts), along each axis, and the
// transforms of each sort of tile; those of the weights are there. A kernel says `alias Value = …` for a channel, or four.

#param TILE = 4
#param SEEN = 6
#param STEP = 4
#param PLACES = 6

#include winograd_2
#include winograd_3
#include winograd_4
#include winograd_6

// Winograd convolution, second of three: m[k] = v[k] · u[k] for each of the PLACES² places k of a tile, sums over the input
// channels. A thread makes PIXELS tiles by CHANNELS output channels, its sums in registers, as in conv_tiled.wgsl.
//
// Memory: v [PLACES², tiles, ⌈I/4⌉, 4]; u [WEIGHTS², ⌈I/4⌉, O, 4]; m [PLACES², tiles, O].

#include winograd_buffers
#include winograd_tiled

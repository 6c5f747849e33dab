// Winograd convolution, second of three, with subgroups: m[k] = v[k] · u[k] for each of the PLACES² places k of a tile, sums over
// the input channels. A workgroup is one subgroup and works as in conv_subgroup.wgsl: PIXELS tiles by LANES·CHANNELS output
// channels, the sums in registers, v handed round by subgroupBroadcast.
//
// Memory: v [PLACES², tiles, ⌈I/4⌉, 4]; u [WEIGHTS², ⌈I/4⌉, O, 4]; m [PLACES², tiles, O].

enable subgroups;

#include winograd_buffers
#include winograd_subgroup

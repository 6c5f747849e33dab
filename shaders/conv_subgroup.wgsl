// Convolution with subgroups: conv.wgsl's mathematics, bindings and parameters, for input channels in fours.
//
// A workgroup is one subgroup. It makes a tile of PIXELS output pixels (in the order of the phase) by LANES·CHANNELS
// output channels: each lane has CHANNELS channels and all the pixels, its sums in registers. For one kernel tap and four
// input channels a lane loads one vec4 of weights for each of its channels and one vec4 of x for each of PIXELS / LANES pixels, and
// subgroupBroadcast hands the pixels round, which costs next to nothing where a load costs much (on software adapters a
// load at an index that varies is a gather with bounds checks). Lanes are told apart by subgroup_invocation_id alone, so
// the order of lanes in the workgroup does not matter; that the workgroup is one subgroup of LANES lanes, does.
//
// Memory: as conv.wgsl, but weight [K, K, I/4, O, 4].

enable subgroups;

#include convolution
#include channels_in_fours
#include conv_subgroup

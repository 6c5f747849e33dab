// feature_distance.wgsl's kernels for channels in fours: `size` and `channels` count fours.

#include value_vec4
#include feature_distance

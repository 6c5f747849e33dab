// normalise.wgsl's kernels for channels in fours: `channels` counts fours.

#include value_vec4
#include normalise

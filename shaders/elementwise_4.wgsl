// elementwise.wgsl's kernels, four elements a thread: `count` counts fours.

#include value_vec4
#include elementwise

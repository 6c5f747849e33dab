// pooling.wgsl's kernels for channels in fours, `channels` counting fours; not `maximum_gradient`.

#include value_vec4
#include pooling

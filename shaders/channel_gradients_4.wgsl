// channel_gradients.wgsl's mathematics, memory, bindings and parameters, for channels in fours: `channels` counts fours.

#include value_vec4
#include channel_gradients

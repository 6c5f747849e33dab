// channel_gradients.wgsl's mathematics, memory, bindings and parameters, for channels in fours: `channels` counts fours.

alias Value = vec4f;

#include channel_gradients

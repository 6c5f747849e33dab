// elementwise.wgsl's kernels, four elements a thread: `count` counts fours.

alias Value = vec4f;

#include elementwise

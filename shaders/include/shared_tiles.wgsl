// What a workgroup of 8 by 8 threads keeps in its memory for include/multiply_shared.wgsl, each thread with PIXELS by CHANNELS sums.

#param PIXELS = 8
#param CHANNELS = 8

/// Four fours of input channels: of 8·PIXELS pixels or tiles, and of the weights of 8·CHANNELS output channels.
var<workgroup> sharedX: array<vec4f, ${32 * PIXELS}>;
var<workgroup> sharedWeight: array<vec4f, ${32 * CHANNELS}>;

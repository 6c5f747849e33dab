// Convolution with workgroup memory, for GPUs: conv.wgsl's mathematics, bindings and parameters, for input channels in fours.
//
// An implicit matrix product: a workgroup of 8 by 8 threads makes 8·PIXELS output pixels (in the order of the phase) by
// 8·CHANNELS output channels, each thread PIXELS by CHANNELS of them in registers. For one kernel tap and sixteen input channels
// the threads load their pixels (scaled, zero outside of x) and weights into workgroup memory once, as vec4s side by side; each
// is then read by eight threads. At most 8 KiB of workgroup memory.
//
// Memory: as conv.wgsl, but weight [K, K, I/4, O, 4].

#include convolution
#include channels_in_fours
#include conv_shared

// Convolution with register tiles: conv.wgsl's mathematics, bindings and parameters, for input channels in fours.
//
// A thread makes a tile of PIXELS output pixels (in the order of the phase) by CHANNELS output channels, its sums in
// registers, from one vec4 of x for each pixel and one vec4 of weights for each channel at a time. Neighbouring threads
// have neighbouring channels, so that their loads of weights and their stores are contiguous.
//
// Memory: as conv.wgsl, but weight [K, K, I/4, O, 4].

#include convolution
#include channels_in_fours
#include conv_tiled

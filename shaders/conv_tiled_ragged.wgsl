// Convolution with register tiles for any number of input channels: conv_tiled.wgsl, but x and the scales are read one by one.
// For images, their gradients, and odd widths.
//
// Memory: as conv.wgsl, but weight [K, K, ⌈I/4⌉, O, 4], filled up with zeros.

#include convolution
#include channels_ragged
#include conv_tiled

// Convolution with subgroups for any number of input channels: conv_texture.wgsl, but fours of channels begin anywhere in a texel.
//
// Memory: as there, but weight [K, K, ⌈I/4⌉, O, 4], filled up with zeros.

enable subgroups;

#include convolution
#include channels_ragged_in_textures
#include conv_subgroup

// Convolution with register tiles, as conv_tiled.wgsl, but with x and weights in textures (include/texture.wgsl): for software adapters without
// subgroups.
//
// Memory: as there; of x the rows that the outputs of this launch depend on.

#include convolution
#include channels_in_textures
#include conv_tiled

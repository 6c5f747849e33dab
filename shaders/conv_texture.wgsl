// Convolution with subgroups, as conv_subgroup.wgsl, but with x and weights in textures (include/texture.wgsl): on software adapters half
// of the time of a product goes into loading.
//
// Memory: as there; of x the rows that the outputs of this launch depend on.

enable subgroups;

#include convolution
#include channels_in_textures
#include conv_subgroup

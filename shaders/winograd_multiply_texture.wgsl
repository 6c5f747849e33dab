// Winograd convolution, second of three, as winograd_multiply_subgroup.wgsl, but with operands in textures (include/texture.wgsl): on
// software adapters half of the time of a product goes into loading.
//
// Memory: as there.

enable subgroups;

#include winograd_textures
#include winograd_subgroup

// Winograd convolution, second of three, as winograd_multiply_subgroup.wgsl, but with operands in textures (include/texture.wgsl): on
// software adapters half of the time of a product goes into loading.
//
// Memory: as there, but v [PLACES², ⌈tiles / LANES⌉, ⌈I/4⌉, LANES, 4].

enable subgroups;

#include winograd_textures
#include winograd_subgroup

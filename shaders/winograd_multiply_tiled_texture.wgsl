// Winograd convolution, second of three, as winograd_multiply.wgsl, but with operands in textures (include/texture.wgsl): for software adapters
// without subgroups.
//
// Memory: as there.

#param LANES = 1

#include winograd_textures
#include winograd_tiled

// x and the weights of a convolution in textures.

#include texture

@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var weight: texture_storage_2d<rgba32float, read>;

fn fourWeights(at: u32) -> vec4f {
  return texel(weight, at);
}

// The same as winograd_buffers.wgsl, from textures.

#include texture
#include winograd_multiply

@group(0) @binding(1) var v: texture_2d<f32>;
@group(0) @binding(2) var u: texture_2d<f32>;

fn fourOf(at: u32) -> vec4f {
  return texel(v, at);
}

fn fourWeights(at: u32) -> vec4f {
  return texel(u, at);
}

// Winograd convolution, last of three, as winograd_output.wgsl, but with four channels to a thread and m in a texture
// (include/texture.wgsl), as in winograd_input_texture.wgsl.
//
// Memory: as there, for output channels in fours.

alias Value = vec4f;

@group(0) @binding(1) var m: texture_storage_2d<rgba32float, read>;

#include texture

fn productAt(at: u32) -> vec4f {
  return texel(m, at);
}

fn actOf(z: vec4f, slope: f32, gain: f32, limit: f32) -> vec4f {
  return act4(z, slope, gain, limit);
}

#include winograd_output

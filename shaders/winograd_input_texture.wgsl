// Winograd convolution, first of three, as winograd_input.wgsl, but with four channels to a thread and x in a texture (include/texture.wgsl):
// software adapters would spend half of the time loading.
//
// Memory: as there, for input channels in fours.

alias Value = vec4f;

@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;

#include texture

fn inputAt(at: u32) -> vec4f {
  return texel(x, at);
}

#include winograd_input

fn valueAt(tile: u32, c: u32) -> u32 {
  return fourAt(tile, c, p.width);
}

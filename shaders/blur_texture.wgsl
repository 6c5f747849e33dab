// The FIR with register tiles, as blur_tiled.wgsl, but with x in a texture (include/texture.wgsl), for software adapters.
//
// Memory: as there; of x the rows that are read.

#include blur
#include texture

alias Value = vec4f;

@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;

fn inputAt(at: u32) -> vec4f {
  return texel(x, at);
}

#include blur_tiled

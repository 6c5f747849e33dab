// The functions of channels_in_fours.wgsl, with x and weights in textures.

#include operands_in_textures

alias Value = vec4f;

fn depthOf() -> u32 {
  return p.inChannels / 4u;
}

fn baseOf(pixel: u32) -> u32 {
  return pixel * (p.inChannels / 4u) - p.skipped;
}

fn fourOf(base: u32, i: u32) -> vec4f {
  return texel(x, base + i);
}

fn scalesOf(n: u32, i: u32) -> vec4f {
  return scaleIn[n * (p.inChannels / 4u) + i];
}

// The functions of channels_ragged.wgsl, with x and weights in textures. Fours of channels then begin anywhere in a texel.

#include operands_in_textures
#include ragged

fn baseOf(pixel: u32) -> u32 {
  return pixel * p.inChannels - p.skipped;
}

fn fourOf(base: u32, i: u32) -> vec4f {
  let first = texel(x, base / 4u + i);
  let second = texel(x, base / 4u + i + 1u);
  let even = select(first, vec4f(first.zw, second.xy), base % 4u >= 2u);
  let odd = select(vec4f(first.yzw, second.x), vec4f(first.w, second.xyz), base % 4u >= 2u);
  return select(vec4f(), select(even, odd, base % 2u == 1u), isChannel(i));
}

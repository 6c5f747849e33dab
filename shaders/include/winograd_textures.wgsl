// The functions of winograd_buffers.wgsl, from textures, with tiles in blocks of LANES.

#include texture
#include winograd_multiply

@group(0) @binding(1) var v: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var u: texture_storage_2d<rgba32float, read>;

fn baseOf(k: u32, tile: u32) -> u32 {
  let blocks = (p.tiles + ${LANES - 1}u) / ${LANES}u;
  return (k * blocks + tile / ${LANES}u) * p.depth * ${LANES}u + tile % ${LANES}u;
}

fn fourOf(base: u32, i: u32) -> vec4f {
  return texel(v, base + i * ${LANES}u);
}

fn fourWeights(at: u32) -> vec4f {
  return texel(u, at);
}

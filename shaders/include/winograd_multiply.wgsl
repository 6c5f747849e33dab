// What the multiplying kernels of a Winograd convolution share. What is a pixel to those of a direct one is a tile here.

#include packed_weights

struct Params {
  tiles: u32,
  depth: u32, // input channels in fours
  outChannels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read> u: array<Weight$HALF>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;

// The operands of a multiplying kernel of a Winograd convolution: a tile's four input channels, and weights.

#include packed_weights
#include winograd_multiply

@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read> u: array<Weight$HALF>;

/// Where place `k` of a tile begins in v.
fn baseOf(k: u32, tile: u32) -> u32 {
  return (k * p.tiles + tile) * p.depth;
}

/// The `i`-th four of the channels that begin at `base`.
fn fourOf(base: u32, i: u32) -> vec4f {
  return v[base + i];
}

fn fourWeights(at: u32) -> vec4f {
  return weights$HALF(u[at]);
}

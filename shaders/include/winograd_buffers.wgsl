// The operands of a multiplying kernel of a Winograd convolution: a tile's four input channels, and weights.

#include packed_weights
#include winograd_multiply

@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read> u: array<Weight$HALF>;

fn fourOf(at: u32) -> vec4f {
  return v[at];
}

fn fourWeights(at: u32) -> vec4f {
  return weights$HALF(u[at]);
}

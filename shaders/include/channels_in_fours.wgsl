// Input channels in fours for the convolution family, where their number is a multiple of four.

#include packed_weights

alias Value = vec4f;

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<Weight$HALF>;

/// The weights of four input channels.
fn fourWeights(at: u32) -> vec4f {
  return weights$HALF(weight[at]);
}

/// How many fours there are.
fn depthOf() -> u32 {
  return p.inChannels / 4u;
}

/// Where in x the channels of a pixel begin.
fn baseOf(pixel: u32) -> u32 {
  return pixel * (p.inChannels / 4u);
}

/// The `i`-th four of the pixel that begins at `base`.
fn fourOf(base: u32, i: u32) -> vec4f {
  return x[base + i];
}

/// The `i`-th four of the input scales of image `n`.
fn scalesOf(n: u32, i: u32) -> vec4f {
  return scaleIn[n * (p.inChannels / 4u) + i];
}

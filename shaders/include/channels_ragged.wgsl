// Input channels in fours for the convolution family, whatever their number: the last four is filled up with zeros.
// The functions are those of channels_in_fours.wgsl.

#include packed_weights
#include ragged

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<Weight$HALF>;

/// The weights of four input channels.
fn fourWeights(at: u32) -> vec4f {
  return weights$HALF(weight[at]);
}

fn baseOf(pixel: u32) -> u32 {
  return pixel * p.inChannels;
}

fn fourOf(base: u32, i: u32) -> vec4f {
  let at = base + 4u * i;
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), isChannel(i));
}

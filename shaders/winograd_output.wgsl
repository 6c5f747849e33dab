// Winograd convolution, last of three: y = act(scaleOut · Aᵀ m A + noise + bias) for every tile of a part of y (as in
// winograd_input.wgsl) and every output channel.
//
// One thread makes one tile of one channel.
//
// Memory: m [PLACES², images·rows·tilesX, O]; scaleOut [N, O]; noise [OH, OW] (or [1] with strength 0); bias [O]; y [N, OH, OW, O].

alias Value = f32;

@group(0) @binding(1) var<storage, read> m: array<f32>;

fn productAt(at: u32) -> f32 {
  return m[at];
}

fn actOf(z: f32, slope: f32, gain: f32, limit: f32) -> f32 {
  return act(z, slope, gain, limit);
}

#include winograd_output

// The end of a convolution whose sums over the input channels were made in parts (`splits` of conv_shared.wgsl):
// y = act(scaleOut · Σ_part sums + noise + bias), added in the order of the parts. One thread makes one output element.
//
// Memory: sums [splits, N, OH, OW, O]; scaleOut [N, O]; noise [OH, OW] (or [1] with strength 0); bias [O]; y [N, OH, OW, O].

#include act
#include linear
#include place

struct Params {
  batch: u32,
  outHeight: u32,
  outWidth: u32,
  outChannels: u32,
  splits: u32,
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> scaleOut: array<f32>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let elements = p.batch * p.outHeight * p.outWidth * p.outChannels;
  if (index >= elements) { return; }
  let place = placeOf(index, p.outHeight, p.outWidth, p.outChannels);
  var sum = 0.0;
  for (var part = 0u; part < p.splits; part++) {
    sum += sums[part * elements + index];
  }
  var z = sum * scaleOut[place.n * p.outChannels + place.c] + bias[place.c];
  if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[place.row * p.outWidth + place.column]; }
  y[index] = act(z, p.slope, p.gain, p.limit);
}

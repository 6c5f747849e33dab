// A fully connected layer over rows:
//   forward   y[r, o] = act( Σ_i x[r, i] · weight[i, o] + bias[o] ),  act as in activation.wgsl
//   backward  dx[r, i] = Σ_o dy[r, o] · act'(z[r, o]) · weight[o, i],  the sign of z being that of y
// Memory: x, dx [rows, I]; y, dy [rows, O]; bias [O]; weight is [I, O] in `forward` and [O, I] in `backward`: neighbouring
// threads read neighbours. One thread makes one element.

#include act
#include linear

struct Params {
  rows: u32,
  inChannels: u32,
  outChannels: u32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> activated: array<f32>; // y of `forward`
@group(0) @binding(6) var<storage, read> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.rows * p.outChannels) { return; }
  let o = index % p.outChannels;
  let row = index / p.outChannels;
  var z = bias[o];
  for (var i = 0u; i < p.inChannels; i++) { z += x[row * p.inChannels + i] * weight[i * p.outChannels + o]; }
  y[index] = act(z, p.slope, p.gain, p.limit);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.rows * p.inChannels) { return; }
  let i = index % p.inChannels;
  let row = index / p.inChannels;
  var sum = 0.0;
  for (var o = 0u; o < p.outChannels; o++) {
    let at = row * p.outChannels + o;
    sum += actDerivativeAt(activated[at], p.slope, p.gain, p.limit) * dy[at] * weight[o * p.inChannels + i];
  }
  dx[index] = sum;
}

// A frozen affine map of each channel with an activation: batch norm in inference, input scaling.
//   forward   y = act(z),  z = scale[c] · x + shift[c],  act as in activation.wgsl
//   backward  dx = dy · act'(z) · scale[c]
// Memory: x, y, dy, dx [pixels, C], one thread an element; scale, shift [C].

#include act
#include linear

struct Params {
  count: u32, // pixels · C
  channels: u32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> shift: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  let c = i % p.channels;
  let z = scale[c] * x[i] + shift[c];
  y[i] = act(z, p.slope, p.gain, p.limit);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  let c = i % p.channels;
  let z = scale[c] * x[i] + shift[c];
  dx[i] = dy[i] * actDerivative(z, p.slope, p.gain, p.limit) * scale[c];
}

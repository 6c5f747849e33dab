// The hyperbolic tangent, elementwise:
//   forward   y = tanh(x)
//   backward  dx = dy · (1 - y²)
// Memory: flat arrays of `count` floats, one thread an element. The built-in function may overflow for large |x|, so not it:
// by e = exp(-2 |x|), and near zero, where 1 - e cancels, by the continued fraction, which is exact to float32 there.

#include linear

struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> activated: array<f32>; // y of `forward`
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  let value = x[i];
  let square = value * value;
  let e = exp(-2.0 * abs(value));
  let near = value * (105.0 + 10.0 * square) / (105.0 + square * (45.0 + square));
  y[i] = select(sign(value) * (1.0 - e) / (1.0 + e), near, abs(value) < 0.25);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < p.count) { dx[i] = dy[i] * (1.0 - activated[i] * activated[i]); }
}

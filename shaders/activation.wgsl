// Leaky ReLU with gain and clamp, elementwise:
//   forward   y = clamp(gain · (x < 0 ? slope · x : x), -limit, limit)
//   backward  dx = dy · gain · (x > 0 ? 1 : slope), zero where the clamp held
// Memory: flat arrays of `count` floats, one thread an element.

#include act
#include linear

struct Params {
  count: u32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  y[i] = act(x[i], p.slope, p.gain, p.limit);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  dx[i] = dy[i] * actDerivative(x[i], p.slope, p.gain, p.limit);
}

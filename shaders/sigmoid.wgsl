// The logistic function, elementwise:
//   forward   y = 1 / (1 + exp(-x))
//   backward  dx = dy · y · (1 - y)
// Memory: flat arrays of `count` floats, one thread an element.

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
  // exp of a positive number may be infinite, which WGSL does not promise; so only that of a negative one is taken.
  let e = exp(-abs(x[i]));
  y[i] = select(e, 1.0, x[i] > 0.0) / (1.0 + e);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  dx[i] = dy[i] * activated[i] * (1.0 - activated[i]);
}

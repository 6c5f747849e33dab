// Leaky ReLU whose slope is a frozen weight of each channel (PReLU):
//   forward   y = x < 0 ? slope[c] · x : x
//   backward  dx = dy · (x > 0 ? 1 : slope[c])
// Memory: x, y, dy, dx [pixels, C], one thread an element; slope [C], of any sign.

#include linear

struct Params {
  count: u32, // pixels · C
  channels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> slope: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  y[i] = x[i] * select(1.0, slope[i % p.channels], x[i] < 0.0);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  dx[i] = dy[i] * select(slope[i % p.channels], 1.0, x[i] > 0.0);
}

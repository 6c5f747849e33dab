// Leaky ReLU with gain and clamp, elementwise:
//   forward   y = clamp(gain · (x < 0 ? slope · x : x), -limit, limit)
//   backward  dx = dy · gain · (x > 0 ? 1 : slope), zero where the clamp held
// Memory: flat arrays of `count` floats, one thread an element.

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
  let i = thread.y * groups.x * 64u + thread.x;
  if (i >= p.count) { return; }
  let factor = p.gain * select(1.0, p.slope, x[i] < 0.0);
  y[i] = clamp(factor * x[i], -p.limit, p.limit);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread.y * groups.x * 64u + thread.x;
  if (i >= p.count) { return; }
  let factor = p.gain * select(p.slope, 1.0, x[i] > 0.0);
  dx[i] = select(factor * dy[i], 0.0, abs(factor * x[i]) > p.limit);
}

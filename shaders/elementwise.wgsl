// Elementwise kernels over flat arrays of `count` floats; all operands have the same layout, whatever it is.
//   add    y = a + b
//   scale  y = clamp(factor * a, low, high)
// One thread makes one element. The grid is two-dimensional, so that counts over 65,535 groups fit.

struct AddParams {
  count: u32,
}

struct ScaleParams {
  count: u32,
  factor: f32,
  low: f32,
  high: f32,
}

@group(0) @binding(0) var<uniform> addParams: AddParams;
@group(0) @binding(1) var<uniform> scaleParams: ScaleParams;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn index(thread: vec3u, groups: vec3u) -> u32 {
  return thread.y * groups.x * 64u + thread.x;
}

@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = index(thread, groups);
  if (i < addParams.count) { y[i] = a[i] + b[i]; }
}

@compute @workgroup_size(64)
fn scale(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = index(thread, groups);
  if (i < scaleParams.count) { y[i] = clamp(scaleParams.factor * a[i], scaleParams.low, scaleParams.high); }
}

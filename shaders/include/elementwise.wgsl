// What elementwise.wgsl says, after value_scalar or value_vec4.

#include linear

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
@group(0) @binding(2) var<storage, read> a: array<Value>;
@group(0) @binding(3) var<storage, read> b: array<Value>;
@group(0) @binding(4) var<storage, read_write> sum: array<Value>;
@group(0) @binding(5) var<storage, read_write> y: array<Value>;

@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < addParams.count) { sum[i] += b[i]; }
}

@compute @workgroup_size(64)
fn scale(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < scaleParams.count) {
    y[i] = clamp(scaleParams.factor * a[i], Value(scaleParams.low), Value(scaleParams.high));
  }
}

// What feature_distance.wgsl says, after value_scalar or value_vec4.

#include linear

struct PartialParams {
  batch: u32,
  size: u32, // pixels · C, in Values like `channels`
  channels: u32,
  threads: u32,
}

struct GradientParams {
  batch: u32,
  size: u32,
  channels: u32,
  factor: f32,
}

@group(0) @binding(0) var<uniform> p: PartialParams;
@group(0) @binding(1) var<uniform> q: GradientParams;
@group(0) @binding(2) var<storage, read> a: array<Value>;
@group(0) @binding(3) var<storage, read> b: array<Value>;
@group(0) @binding(4) var<storage, read> weights: array<Value>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<storage, read> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> da: array<Value>;

@compute @workgroup_size(64)
fn partial(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.threads) { return; }
  let first = (index / p.threads) * p.size;
  var sum = Value();
  for (var i = index % p.threads; i < p.size; i += p.threads) {
    let d = a[first + i] - b[first + i];
    sum += weights[i % p.channels] * d * d;
  }
  sums[index] = sumOf(sum);
}

@compute @workgroup_size(64)
fn gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= q.batch * q.size) { return; }
  da[i] = 2.0 * q.factor * dy[i / q.size] * weights[i % q.channels] * (a[i] - b[i]);
}

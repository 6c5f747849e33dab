// The weighted squared distance of two feature maps, LPIPS's last step.
//   partial   sums[n, t] = Σ weights[c] (a - b)²     over elements t, t + threads, t + 2·threads, …; reduce.total sums them
//   gradient  da = 2 · factor · dy[n] · weights[c] · (a - b)
// Memory: a, b, da [N, pixels, C]; weights [C]; sums [N, threads]; dy [N].

#include linear

struct PartialParams {
  batch: u32,
  size: u32, // pixels · C
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
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<storage, read> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> da: array<f32>;

@compute @workgroup_size(64)
fn partial(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.threads) { return; }
  let first = (index / p.threads) * p.size;
  var sum = 0.0;
  for (var i = index % p.threads; i < p.size; i += p.threads) {
    let d = a[first + i] - b[first + i];
    sum += weights[i % p.channels] * d * d;
  }
  sums[index] = sum;
}

@compute @workgroup_size(64)
fn gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= q.batch * q.size) { return; }
  da[i] = 2.0 * q.factor * dy[i / q.size] * weights[i % q.channels] * (a[i] - b[i]);
}

// Sums over each sample of a batch, in a fixed order, so that two runs give the same bytes.
//   difference  partial[n, t] = Σ (a - b)²                         over elements t, t + threads, t + 2·threads, …
//   quantised   the same for 8-bit pictures: both first go from [-1, 1] to the whole numbers 0 … 255
//   total       y[n] = factor · Σ_t partial[n, t]                  one workgroup a sample, a tree in workgroup memory
//   gradient    da = 2 · factor · dy[n] · (a - b), with `adds` added to what da holds
// Memory: a, b, da [N, size]; partial [N, threads]; y, dy [N].

#include count
#include linear

struct PartialParams {
  batch: u32,
  size: u32,
  threads: u32,
}

struct TotalParams {
  threads: u32,
  factor: f32,
}

struct GradientParams {
  batch: u32,
  size: u32,
  factor: f32,
  adds: u32, // 1: added to what da holds
}

@group(0) @binding(0) var<uniform> p: PartialParams;
@group(0) @binding(1) var<uniform> q: TotalParams;
@group(0) @binding(2) var<uniform> g: GradientParams;
@group(0) @binding(3) var<storage, read> a: array<f32>;
@group(0) @binding(4) var<storage, read> b: array<f32>;
@group(0) @binding(5) var<storage, read_write> partial: array<f32>;
@group(0) @binding(6) var<storage, read> parts: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;
@group(0) @binding(8) var<storage, read> dy: array<f32>;
@group(0) @binding(9) var<storage, read_write> da: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn difference(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.threads) { return; }
  let first = (index / p.threads) * p.size;
  var sum = 0.0;
  for (var i = index % p.threads; i < p.size; i += p.threads) {
    let d = a[first + i] - b[first + i];
    sum += d * d;
  }
  partial[index] = sum;
}

fn quantise(value: f32) -> f32 {
  return floor(clamp((value + 1.0) * 127.5 + 0.5, 0.0, 255.0));
}

@compute @workgroup_size(64)
fn quantised(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.threads) { return; }
  let first = (index / p.threads) * p.size;
  var sum = 0.0;
  for (var i = index % p.threads; i < p.size; i += p.threads) {
    let d = quantise(a[first + i]) - quantise(b[first + i]);
    sum += d * d;
  }
  partial[index] = sum;
}

@compute @workgroup_size(64)
fn total(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var sum = 0.0;
  for (var t = lane; t < q.threads; t += 64u) { sum += parts[group.x * q.threads + t]; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = countOf(32u, groups); half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { y[group.x] = q.factor * sums[0]; }
}

@compute @workgroup_size(64)
fn gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= g.batch * g.size) { return; }
  var value = 2.0 * g.factor * dy[i / g.size] * (a[i] - b[i]);
  if (g.adds == 1u) { value += da[i]; }
  da[i] = value;
}

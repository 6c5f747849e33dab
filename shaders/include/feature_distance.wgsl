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
@group(0) @binding(2) var<storage, read> x: array<Value>;
@group(0) @binding(3) var<storage, read> f: array<f32>;
@group(0) @binding(4) var<storage, read> wanted: array<Value>;
@group(0) @binding(5) var<storage, read> weights: array<Value>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;
@group(0) @binding(7) var<storage, read> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> factors: array<vec2f>;
@group(0) @binding(9) var<storage, read> fg: array<vec2f>;
@group(0) @binding(10) var<storage, read_write> dx: array<Value>;

@compute @workgroup_size(64)
fn partial(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.threads) { return; }
  let first = (index / p.threads) * p.size;
  var sum = Value();
  for (var i = first + index % p.threads; i < first + p.size; i += p.threads) {
    let d = f[i / p.channels] * x[i] - wanted[i];
    sum += weights[i % p.channels] * d * d;
  }
  sums[index] = sumOf(sum);
}

/// The gradient of f · x.
fn normalisedGradient(i: u32, scale: f32) -> Value {
  return 2.0 * q.factor * dy[i / q.size] * weights[i % q.channels] * (scale * x[i] - wanted[i]);
}

@compute @workgroup_size(64)
fn gradient_factors(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = linearIndex(thread, groups);
  if (vector >= q.batch * q.size / q.channels) { return; }
  let scale = f[vector];
  var squareSums = Value();
  var productSums = Value();
  for (var i = vector * q.channels; i < (vector + 1u) * q.channels; i++) {
    let value = x[i];
    squareSums += value * value;
    productSums += value * normalisedGradient(i, scale);
  }
  let squares = sumOf(squareSums);
  if (squares > 0.0) {
    factors[vector] = vec2f(scale, scale * scale * sumOf(productSums) / sqrt(squares));
  } else {
    factors[vector] = vec2f(0.0);
  }
}

@compute @workgroup_size(64)
fn gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= q.batch * q.size) { return; }
  let pair = fg[i / q.channels];
  dx[i] = pair.x * normalisedGradient(i, pair.x) - pair.y * x[i];
}

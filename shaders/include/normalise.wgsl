// What normalise.wgsl says, after value_scalar or value_vec4.

#include linear

struct Params {
  vectors: u32,
  channels: u32, // in Values
  unit: u32, // 1: unit, 0: second moment
  epsilon: f32,
  elements: f32, // of a vector
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> dy: array<Value>;
@group(0) @binding(3) var<storage, read_write> factor: array<f32>;
@group(0) @binding(4) var<storage, read_write> factors: array<vec2f>;
@group(0) @binding(5) var<storage, read> f: array<f32>;
@group(0) @binding(6) var<storage, read> fg: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> y: array<Value>;
@group(0) @binding(8) var<storage, read_write> dx: array<Value>;

fn factorOf(squares: f32) -> f32 {
  if (p.unit == 1u) { return 1.0 / (sqrt(squares) + p.epsilon); }
  return inverseSqrt(squares / p.elements + p.epsilon);
}

@compute @workgroup_size(64)
fn forward_factors(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = linearIndex(thread, groups);
  if (vector >= p.vectors) { return; }
  var squareSums = Value();
  for (var c = 0u; c < p.channels; c++) {
    let value = x[vector * p.channels + c];
    squareSums += value * value;
  }
  factor[vector] = factorOf(sumOf(squareSums));
}

@compute @workgroup_size(64)
fn backward_factors(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = linearIndex(thread, groups);
  if (vector >= p.vectors) { return; }
  var squareSums = Value();
  var productSums = Value();
  for (var c = 0u; c < p.channels; c++) {
    let value = x[vector * p.channels + c];
    squareSums += value * value;
    productSums += value * dy[vector * p.channels + c];
  }
  let squares = sumOf(squareSums);
  let product = sumOf(productSums);
  let scale = factorOf(squares);
  if (p.unit == 0u) {
    factors[vector] = vec2f(scale, scale * scale * scale * product / p.elements);
  } else if (squares > 0.0) {
    factors[vector] = vec2f(scale, scale * scale * product / sqrt(squares));
  } else {
    factors[vector] = vec2f(0.0);
  }
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < p.vectors * p.channels) { y[i] = f[i / p.channels] * x[i]; }
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.vectors * p.channels) { return; }
  let pair = fg[i / p.channels];
  dx[i] = pair.x * dy[i] - pair.y * x[i];
}

// Vectors divided by a length of theirs. Two launches each way: one thread a vector for its factors, then one an element.
//   forward_factors    unit:            f = 1 / (√Σx² + epsilon)
//                      second moment:   f = (Σx² / C + epsilon)^(-1/2)
//   backward_factors   f, and g with which the gradient of y = f · x is  dx = f · dy - g · x:
//                      unit:            g = f² (Σ x dy) / √Σx²;  f = g = 0 for a vector of zeros, which has no direction
//                      second moment:   g = f³ (Σ x dy) / C
//   forward            y = f · x
//   backward           dx = f · dy - g · x
// Memory: x, y, dy, dx [vectors, C]; factor [vectors]; factors [vectors, 2] = (f, g).

#include linear

struct Params {
  vectors: u32,
  channels: u32,
  unit: u32, // 1: unit, 0: second moment
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> factor: array<f32>;
@group(0) @binding(4) var<storage, read_write> factors: array<vec2f>;
@group(0) @binding(5) var<storage, read> f: array<f32>;
@group(0) @binding(6) var<storage, read> fg: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<f32>;

fn factorOf(squares: f32) -> f32 {
  if (p.unit == 1u) { return 1.0 / (sqrt(squares) + p.epsilon); }
  return inverseSqrt(squares / f32(p.channels) + p.epsilon);
}

@compute @workgroup_size(64)
fn forward_factors(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = linearIndex(thread, groups);
  if (vector >= p.vectors) { return; }
  var squares = 0.0;
  for (var c = 0u; c < p.channels; c++) {
    let value = x[vector * p.channels + c];
    squares += value * value;
  }
  factor[vector] = factorOf(squares);
}

@compute @workgroup_size(64)
fn backward_factors(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = linearIndex(thread, groups);
  if (vector >= p.vectors) { return; }
  var squares = 0.0;
  var product = 0.0;
  for (var c = 0u; c < p.channels; c++) {
    let value = x[vector * p.channels + c];
    squares += value * value;
    product += value * dy[vector * p.channels + c];
  }
  let scale = factorOf(squares);
  if (p.unit == 0u) {
    factors[vector] = vec2f(scale, scale * scale * scale * product / f32(p.channels));
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

// y = Σ_k factor_k · term_k over up to six small arrays of `count` floats, in order. Those that are not there have factor 0, and
// whatever is bound for them is not read.
// One thread makes one element.

#include linear

struct Params {
  count: u32,
  terms: u32,
  factor0: f32,
  factor1: f32,
  factor2: f32,
  factor3: f32,
  factor4: f32,
  factor5: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> term0: array<f32>;
@group(0) @binding(2) var<storage, read> term1: array<f32>;
@group(0) @binding(3) var<storage, read> term2: array<f32>;
@group(0) @binding(4) var<storage, read> term3: array<f32>;
@group(0) @binding(5) var<storage, read> term4: array<f32>;
@group(0) @binding(6) var<storage, read> term5: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  var sum = p.factor0 * term0[i];
  if (p.terms > 1u) { sum += p.factor1 * term1[i]; }
  if (p.terms > 2u) { sum += p.factor2 * term2[i]; }
  if (p.terms > 3u) { sum += p.factor3 * term3[i]; }
  if (p.terms > 4u) { sum += p.factor4 * term4[i]; }
  if (p.terms > 5u) { sum += p.factor5 * term5[i]; }
  y[i] = sum;
}

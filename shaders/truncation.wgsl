// From w to a full code, with truncation towards the mean w (Karras et al. 2019): strength psi for each row, 1 for none.
//   forward   code[n, r, d] = average[d] + psi[r] · (w[n, d] - average[d])
//   backward  dw[n, d] = Σ_r psi[r] · dcode[n, r, d]
// Memory: w, dw [N, width]; code, dcode [N, rows, width]; average [width]; psi [rows].

#include linear

struct Params {
  batch: u32,
  rows: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> average: array<f32>;
@group(0) @binding(3) var<storage, read> psi: array<f32>;
@group(0) @binding(4) var<storage, read_write> code: array<f32>;
@group(0) @binding(5) var<storage, read> dcode: array<f32>;
@group(0) @binding(6) var<storage, read_write> dw: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.rows * p.width) { return; }
  let d = index % p.width;
  let r = (index / p.width) % p.rows;
  let n = index / (p.width * p.rows);
  code[index] = average[d] + psi[r] * (w[n * p.width + d] - average[d]);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.width) { return; }
  let d = index % p.width;
  let n = index / p.width;
  var sum = 0.0;
  for (var r = 0u; r < p.rows; r++) { sum += psi[r] * dcode[(n * p.rows + r) * p.width + d]; }
  dw[index] = sum;
}

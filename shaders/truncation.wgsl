// From w to a full code, with truncation towards the mean w (Karras et al. 2019): strength psi for each row, 1 for none.
//   forward   code[n, r, d] = average[r, d] + psi[r] · (w[n, r, d] - average[r, d])
//   backward  dw[n, s, d] = Σ psi[r] · dcode[n, r, d] over the rows r that w's row s serves
// w and average have a row for each of the code's, or one row that serves all.
// Memory: w, dw [N, wRows, width]; code, dcode [N, rows, width]; average [averageRows, width]; psi [rows].

#include linear

struct Params {
  batch: u32,
  rows: u32,
  width: u32,
  wRows: u32, // rows or 1
  averageRows: u32, // rows or 1
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
  let mean = average[(r % p.averageRows) * p.width + d];
  code[index] = mean + psi[r] * (w[(n * p.wRows + r % p.wRows) * p.width + d] - mean);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.wRows * p.width) { return; }
  let d = index % p.width;
  let s = (index / p.width) % p.wRows;
  let n = index / (p.width * p.wRows);
  var sum = 0.0;
  for (var r = s; r < p.rows; r += p.wRows) { sum += psi[r] * dcode[(n * p.rows + r) * p.width + d]; }
  dw[index] = sum;
}

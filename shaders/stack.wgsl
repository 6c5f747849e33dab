// One row of a code, to and from the rows of all of them:
//   put   code[n, row, c] = part[n, c]
//   take  part[n, c] = code[n, row, c]
// Memory: code [N, rows, C]; part [N, C], one thread an element of it.

#include linear

struct Params {
  batch: u32,
  rows: u32,
  row: u32,
  width: u32, // C
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> part: array<f32>;
@group(0) @binding(2) var<storage, read_write> code: array<f32>;
@group(0) @binding(3) var<storage, read> dcode: array<f32>;
@group(0) @binding(4) var<storage, read_write> dpart: array<f32>;

fn codeAt(i: u32) -> u32 {
  let n = i / p.width;
  return (n * p.rows + p.row) * p.width + i - n * p.width;
}

@compute @workgroup_size(64)
fn put(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < p.batch * p.width) { code[codeAt(i)] = part[i]; }
}

@compute @workgroup_size(64)
fn take(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < p.batch * p.width) { dpart[i] = dcode[codeAt(i)]; }
}

// Do matrix units multiply as conv_matrix.wgsl rests on? It is tried once before they are used: subgroup matrices are an experiment of WebGPU.
// Each of four subgroups multiplies M by K with K by N small whole numbers, laid out as there, and its lanes compare the sums.
//   found[LANES · subgroup + lane] = 1 where the subgroup has LANES lanes and the lane's share of the M · N sums is right; a place that no
//                                    lane has keeps its 0
// Memory: found [4 · LANES]. One workgroup.

enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

#param LANES = 32
#param M = 16
#param N = 16
#param K = 16

@group(0) @binding(0) var<storage, read_write> found: array<u32>;

alias Left = subgroup_matrix_left<f16, $K, $M>;
alias Right = subgroup_matrix_right<f16, $N, $K>;
alias Sums = subgroup_matrix_result<f32, $N, $M>;

var<workgroup> left: array<vec4h, ${M * K}>; // M rows a subgroup
var<workgroup> right: array<vec4h, ${N * K / 4}>; // N columns
var<workgroup> sums: array<f32, ${4 * M * N}>;

/// From -3 to 3, and another row of them for every number.
fn small(row: u32, k: u32) -> i32 {
  return i32((row * 3u + k * 5u + row * k) % 7u) - 3;
}

fn smallFour(row: u32, four: u32) -> vec4h {
  let k = 4u * four;
  return vec4h(vec4i(small(row, k), small(row, k + 1u), small(row, k + 2u), small(row, k + 3u)));
}

@compute @workgroup_size(${4 * LANES})
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) lanes: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  for (var i = thread; i < ${M * K}u; i += ${4 * LANES}u) {
    left[i] = smallFour(i / ${K / 4}u, i % ${K / 4}u);
  }
  for (var i = thread; i < ${N * K / 4}u; i += ${4 * LANES}u) {
    right[i] = smallFour(i / ${K / 4}u, i % ${K / 4}u);
  }
  workgroupBarrier();
  let mine = min(subgroup, 3u);
  let rows = subgroupMatrixLoad<Left, row_major>(&left, mine * ${M * K / 4}u, ${K / 4}u);
  let columns = subgroupMatrixLoad<Right, col_major>(&right, 0u, ${K / 4}u);
  subgroupMatrixStore<row_major>(&sums, mine * ${M * N}u, subgroupMatrixMultiplyAccumulate(rows, columns, Sums()), ${N}u);
  workgroupBarrier();
  var isRight = lanes == ${LANES}u && lane < ${LANES}u && subgroup < 4u;
  for (var i = lane; i < ${M * N}u; i += ${LANES}u) {
    var wanted = 0;
    for (var k = 0u; k < ${K}u; k++) {
      wanted += small(mine * ${M}u + i / ${N}u, k) * small(i % ${N}u, k);
    }
    isRight = isRight && sums[mine * ${M * N}u + i] == f32(wanted);
  }
  if (isRight) { found[mine * ${LANES}u + lane] = 1u; }
}

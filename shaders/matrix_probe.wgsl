// Do matrix units multiply as conv_matrix.wgsl rests on? It is tried once before they are used: subgroup matrices are an experiment of WebGPU.
// Each of four subgroups multiplies M by K with K by N small whole numbers twice, from rows with a gap between them, as there, and its lanes
// compare the sums.
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

/// Of K numbers in fours, and of two more.
const ROW = ${K / 4 + 2}u;
var<workgroup> left: array<vec4h, ${M * K + 8 * M}>; // M rows a subgroup
var<workgroup> right: array<vec4h, ${N * K / 4 + 2 * N}>; // N columns
var<workgroup> sums: array<f32, ${4 * M * N}>;

/// From -6 to 6; 13 neighbouring rows differ.
fn small(row: u32, k: u32) -> i32 {
  return i32((row * 3u + k * 5u + row * k) % 13u) - 6;
}

/// Where the columns begin among the rows: else a product could be its own transpose.
const FIRST_COLUMN = 7u;

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
    left[i / ${K / 4}u * ROW + i % ${K / 4}u] = smallFour(i / ${K / 4}u, i % ${K / 4}u);
  }
  for (var i = thread; i < ${N * K / 4}u; i += ${4 * LANES}u) {
    right[i / ${K / 4}u * ROW + i % ${K / 4}u] = smallFour(FIRST_COLUMN + i / ${K / 4}u, i % ${K / 4}u);
  }
  workgroupBarrier();
  let mine = min(subgroup, 3u);
  let rows = subgroupMatrixLoad<Left, row_major>(&left, mine * ${M}u * ROW, ROW);
  let columns = subgroupMatrixLoad<Right, col_major>(&right, 0u, ROW);
  let once = subgroupMatrixMultiplyAccumulate(rows, columns, Sums());
  let twice = subgroupMatrixMultiplyAccumulate(rows, columns, once);
  subgroupMatrixStore<row_major>(&sums, mine * ${M * N}u, twice, ${N}u);
  workgroupBarrier();
  var isRight = lanes == ${LANES}u && lane < ${LANES}u && subgroup < 4u;
  for (var i = lane; i < ${M * N}u; i += ${LANES}u) {
    var wanted = 0;
    for (var k = 0u; k < ${K}u; k++) {
      wanted += 2 * small(mine * ${M}u + i / ${N}u, k) * small(FIRST_COLUMN + i % ${N}u, k);
    }
    isRight = isRight && sums[mine * ${M * N}u + i] == f32(wanted);
  }
  if (isRight) { found[mine * ${LANES}u + lane] = 1u; }
}

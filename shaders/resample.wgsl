// Separable resampling by tables:
//   y[n, oy, ox, c] = Σ_{(iy, u) in rows[oy]} Σ_{(ix, v) in columns[ox]} u · v · x[n, iy, ix, c]
// The adjoint is the same with transposed tables. With `adds` the sum is added to what y holds.
// Memory: x [N, H, W, C]; y [N, OH, OW, C]; rows [OH, rowTaps] and columns [OW, columnTaps] of (input index, weight),
// padded with weight 0 at index 0. One thread makes CHANNELS neighbouring channels of one pixel, so that images share the tables' loads;
// C is a multiple of it.

#param CHANNELS = 1

#include linear
#include place

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  outHeight: u32,
  outWidth: u32,
  channels: u32,
  rowTaps: u32,
  columnTaps: u32,
  adds: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec2f>;
@group(0) @binding(2) var<storage, read> columns: array<vec2f>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let depth = p.channels / ${CHANNELS}u;
  if (index >= p.batch * p.outHeight * p.outWidth * depth) { return; }
  let o = placeOf(index, p.outHeight, p.outWidth, depth);
  #for c in 0..CHANNELS
  var sum$c = 0.0;
  #end
  for (var a = 0u; a < p.rowTaps; a++) {
    let tap = rows[o.row * p.rowTaps + a];
    let first = (o.n * p.inHeight + u32(tap.x)) * p.inWidth;
    #for c in 0..CHANNELS
    var line$c = 0.0;
    #end
    for (var b = 0u; b < p.columnTaps; b++) {
      let across = columns[o.column * p.columnTaps + b];
      let at = (first + u32(across.x)) * p.channels + o.c * ${CHANNELS}u;
      #for c in 0..CHANNELS
      line$c += across.y * x[at + ${c}u];
      #end
    }
    #for c in 0..CHANNELS
    sum$c += tap.y * line$c;
    #end
  }
  #for c in 0..CHANNELS
  if (p.adds == 1u) { sum$c += y[index * ${CHANNELS}u + ${c}u]; }
  y[index * ${CHANNELS}u + ${c}u] = sum$c;
  #end
}

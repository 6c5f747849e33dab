// The kernel of winograd_input.wgsl and winograd_input_texture.wgsl, which differ in how x is read.

#param BLOCK = 1
// Columns of a tile are made in so many turns of a loop, or where that is 0, written out; plans say why.
#param TURNS = 0

#include count
#include winograd_tiling

struct Params {
  firstImage: u32,
  firstRow: u32,
  rows: u32,
  tilesX: u32,
  inHeight: u32,
  inWidth: u32,
  channels: u32, // in Values, as `width`
  width: u32, // of v
  places: u32, // Values of v from one place to the next
  top: i32, // of x's rows, where the tiles of row 0 begin
  left: i32,
  skipped: u32, // Values of the whole array before the first of x
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(2) var<storage, read> scaleIn: array<Value>;
@group(0) @binding(3) var<storage, read_write> v: array<Value>;

/// Where four channels of a tile stand in a place of v, counted in fours; those of BLOCK tiles lie side by side.
fn fourAt(tile: u32, four: u32, depth: u32) -> u32 {
  return (tile / ${BLOCK}u * depth + four) * ${BLOCK}u + tile % ${BLOCK}u;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  // Threads beyond the end repeat the last one and store the same values: without a branch a software adapter keeps no masks.
  let index = min(thread.x, p.tilesX * p.width - 1u);
  let column = index / p.width;
  let c = index - column * p.width;
  let n = p.firstImage + thread.z;
  let top = i32((p.firstRow + thread.y) * ${STEP}u) + p.top;
  let left = i32(column * ${STEP}u) + p.left;
  let isChannel = c < p.channels;
  let scale = select(Value(), scaleIn[n * p.channels + c], isChannel);

  #for s in 0..SEEN
  let at$s = u32(max(left + $s, 0)) * p.channels + c;
  let isInside$s = isChannel && left + $s >= 0 && left + $s < i32(p.inWidth);
  #end
  #for r in 0..SEEN
  let isRow$r = top + $r >= 0 && top + $r < i32(p.inHeight);
  let line$r = (n * p.inHeight + u32(max(top + $r, 0))) * p.inWidth * p.channels - p.skipped;
  var d$r = transformInput$TILE(Seen$TILE(
    #for s in 0..SEEN
    select(Value(), inputAt(select(0u, line$r + at$s, isRow$r && isInside$s)), isRow$r && isInside$s),
    #end
  ));
  #end
  let tile = (thread.z * p.rows + thread.y) * p.tilesX + column;
  let to = valueAt(tile, c);
  #for s in 0..PLACES-TURNS
  let column$s = transformInput$TILE(Seen$TILE(
    #for r in 0..SEEN
    scale * d$r[$s],
    #end
  ));
  #for r in 0..PLACES
  v[to + ${PLACES * r + s}u * p.places] = column$s[$r];
  #end
  #end
  #for loops in 0..TURNS/PLACES
  for (var s = 0u; s < countOf(${TURNS}u, groups); s++) {
    var column = transformInput$TILE(Seen$TILE(
      #for r in 0..SEEN
      scale * d$r[s],
      #end
    ));
    for (var r = 0u; r < countOf(${PLACES}u, groups); r++) {
      v[to + (${PLACES}u * r + s) * p.places] = column[r];
    }
  }
  #end
}

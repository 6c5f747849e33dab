// Winograd convolution, first of three: V = Bᵀ (scaleIn · d) B for every tile of a part of x and every channel; d are the SEEN by
// SEEN pixels of x (zero outside of it) that the tile's TILE by TILE outputs depend on, STEP from one tile to the next, V the PLACES by
// PLACES numbers that are multiplied. The part is some images, and of these some rows of tiles; scratch memory holds one part.
//
// One thread makes one tile of one channel.
//
// Memory: x [N, H, W, I]; scaleIn [N, I]; v [PLACES², images·rows·tilesX, ⌈I/4⌉·4], filled up with zeros.

#include winograd_tiling

struct Params {
  firstImage: u32,
  images: u32,
  firstRow: u32,
  rows: u32,
  tilesX: u32,
  inHeight: u32,
  inWidth: u32,
  channels: u32,
  top: i32, // of x's rows, where the tiles of row 0 begin
  left: i32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scaleIn: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let width = (p.channels + 3u) / 4u * 4u;
  // Threads beyond the end repeat the last one and store the same values: without a branch a software adapter keeps no masks.
  let index = min(thread.x, p.tilesX * width - 1u);
  let column = index / width;
  let c = index - column * width;
  let n = p.firstImage + thread.z;
  let top = i32((p.firstRow + thread.y) * ${STEP}u) + p.top;
  let left = i32(column * ${STEP}u) + p.left;
  let isChannel = c < p.channels;
  let scale = select(0.0, scaleIn[n * p.channels + c], isChannel);

  #for s in 0..SEEN
  let at$s = u32(max(left + $s, 0)) * p.channels + c;
  let isInside$s = isChannel && left + $s >= 0 && left + $s < i32(p.inWidth);
  #end
  #for r in 0..SEEN
  let isRow$r = top + $r >= 0 && top + $r < i32(p.inHeight);
  let line$r = (n * p.inHeight + u32(max(top + $r, 0))) * p.inWidth * p.channels;
  let d$r = transformInput$TILE(Seen$TILE(
    #for s in 0..SEEN
    select(0.0, x[select(0u, line$r + at$s, isRow$r && isInside$s)], isRow$r && isInside$s),
    #end
  ));
  #end
  let step = p.images * p.rows * p.tilesX * width;
  let to = ((thread.z * p.rows + thread.y) * p.tilesX + column) * width + c;
  #for s in 0..PLACES
  let column$s = transformInput$TILE(Seen$TILE(
    #for r in 0..SEEN
    scale * d$r[$s],
    #end
  ));
  #for r in 0..PLACES
  v[to + ${PLACES * r + s}u * step] = column$s[$r];
  #end
  #end
}

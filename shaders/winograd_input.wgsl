// Winograd convolution, first of three: V = Bᵀ (scaleIn · d) B for every tile of a part of x and every channel; d are the SIZE by
// SIZE pixels of x (zero outside of it) that the TILE by TILE outputs of a 3×3 convolution with stride 1 see, SIZE = TILE + 2.
// The part is some images, and of these some rows of tiles; scratch memory holds one part.
//
// One thread makes one tile of one channel. Rows pass through registers in a loop: written out, the code is larger than the
// instruction cache of a software adapter's processor and takes seconds to compile.
//
// Memory: x [N, H, W, I]; scaleIn [N, I]; v [SIZE², images·rows·tilesX, ⌈I/4⌉·4], filled up with zeros.

#param TILE = 4

#include winograd_part
#include winograd_2
#include winograd_4

struct Params {
  firstImage: u32,
  images: u32,
  firstRow: u32,
  rows: u32,
  tilesX: u32,
  inHeight: u32,
  inWidth: u32,
  channels: u32,
  padding: i32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scaleIn: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let width = (p.channels + 3u) / 4u * 4u;
  let column = thread.x / width;
  let c = thread.x - column * width;
  if (column >= p.tilesX) { return; }
  let n = p.firstImage + thread.z;
  let top = i32((p.firstRow + thread.y) * ${TILE}u) - p.padding;
  let left = i32(column * ${TILE}u) - p.padding;
  let isChannel = c < p.channels;
  let scale = select(0.0, scaleIn[n * p.channels + c], isChannel);

  #for r in 0..TILE+2
  var d$r: Line$TILE;
  #end
  for (var r = 0; r < unknownBound(${TILE + 2}); r++) {
    let y = top + r;
    let isRow = isChannel && y >= 0 && y < i32(p.inHeight);
    let line = (n * p.inHeight + u32(max(y, 0))) * p.inWidth;
    var values: Line$TILE;
    #for s in 0..TILE+2
    {
      let at = left + $s;
      let inside = isRow && at >= 0 && at < i32(p.inWidth);
      values[$s] = select(0.0, x[select(0u, (line + u32(at)) * p.channels + c, inside)], inside);
    }
    #end
    #for r in 0..TILE+1
    d$r = d${r + 1};
    #end
    d${TILE + 1} = transformInput$TILE(values);
  }
  #for s in 0..TILE+2
  let column$s = transformInput$TILE(Line$TILE(
    #for r in 0..TILE+2
    scale * d$r[$s],
    #end
  ));
  #end
  #for r in 0..TILE+2
  d$r = Line$TILE(
    #for s in 0..TILE+2
    column$s[$r],
    #end
  );
  #end
  let step = p.images * p.rows * p.tilesX * width;
  var at = ((thread.z * p.rows + thread.y) * p.tilesX + column) * width + c;
  for (var r = 0; r < unknownBound(${TILE + 2}); r++) {
    #for s in 0..TILE+2
    v[at + ${s}u * step] = d0[$s];
    #end
    #for r in 0..TILE+1
    d$r = d${r + 1};
    #end
    at += ${TILE + 2}u * step;
  }
}

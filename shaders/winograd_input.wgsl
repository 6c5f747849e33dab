// Winograd convolution, first of three: V = Bᵀ (scaleIn · d) B for every tile of x and every channel; d are the SIZE by SIZE
// pixels of x (zero outside of it) that the TILE by TILE outputs of a 3×3 convolution with stride 1 see, SIZE = TILE + 2.
//
// One thread makes one tile of one channel.
//
// Memory: x [N, H, W, I]; scaleIn [N, I]; v [SIZE², N·tilesY·tilesX, I].

#param TILE = 4

#include linear
#include winograd_2
#include winograd_4

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  channels: u32,
  tilesY: u32,
  tilesX: u32,
  padding: i32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scaleIn: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let tiles = p.batch * p.tilesY * p.tilesX;
  let tile = index / p.channels;
  if (tile >= tiles) { return; }
  let c = index - tile * p.channels;
  let row = tile / p.tilesX;
  let n = row / p.tilesY;
  let top = i32((row - n * p.tilesY) * ${TILE}u) - p.padding;
  let left = i32((tile - row * p.tilesX) * ${TILE}u) - p.padding;
  let scale = scaleIn[n * p.channels + c];

  var d: array<array<f32, ${TILE + 2}>, ${TILE + 2}>;
  #for r in 0..TILE+2
  {
    let y = top + $r;
    let isRow = y >= 0 && y < i32(p.inHeight);
    let line = (n * p.inHeight + u32(max(y, 0))) * p.inWidth;
    var values: Line$TILE;
    #for s in 0..TILE+2
    {
      let column = left + $s;
      let inside = isRow && column >= 0 && column < i32(p.inWidth);
      values[$s] = select(0.0, x[select(0u, (line + u32(column)) * p.channels + c, inside)], inside);
    }
    #end
    d[$r] = transformInput$TILE(values);
  }
  #end
  let step = tiles * p.channels;
  #for s in 0..TILE+2
  {
    let column = transformInput$TILE(Line$TILE(
      #for r in 0..TILE+2
      d[$r][$s],
      #end
    ));
    #for r in 0..TILE+2
    v[${r * TILE + 2 * r + s}u * step + index] = scale * column[$r];
    #end
  }
  #end
}

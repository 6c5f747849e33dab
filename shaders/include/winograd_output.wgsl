// The kernel of winograd_output.wgsl and winograd_output_texture.wgsl, which differ in how m is read.

// Columns of a tile are made in so many turns of a loop, or where that is 0, written out; plans say why.
#param TURNS = 0

#include act
#include count
#include winograd_tiling

struct Params {
  firstImage: u32,
  images: u32,
  firstRow: u32,
  rows: u32,
  tilesX: u32,
  cropY: u32, // rows of the first tiles that are none of the outputs
  cropX: u32,
  height: u32, // rows of outputs, from row outFirst of y on
  outFirst: u32,
  outHeight: u32,
  outWidth: u32,
  channels: u32, // in Values
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(2) var<storage, read> scaleOut: array<Value>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<Value>;
@group(0) @binding(5) var<storage, read_write> y: array<Value>;

/// Stores a row of a column of outputs of image n and channel o.
fn storeRow(z: Value, n: u32, o: u32, row: u32, x: u32, scale: Value, shift: Value) {
  if (row >= p.height || x >= p.outWidth) { return; }
  let at = (p.outFirst + row) * p.outWidth + x;
  var sum = z * scale + shift;
  if (p.noiseStrength != 0.0) { sum += p.noiseStrength * noise[at]; }
  y[(n * p.outHeight * p.outWidth + at) * p.channels + o] = actOf(sum, p.slope, p.gain, p.limit);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  // As in winograd_input.wgsl.
  let index = min(thread.x, p.tilesX * p.channels - 1u);
  let column = index / p.channels;
  let o = index - column * p.channels;
  let n = p.firstImage + thread.z;
  // Before the first one they are very large.
  let top = (p.firstRow + thread.y) * ${TILE}u - p.cropY;
  let left = column * ${TILE}u - p.cropX;

  let step = p.images * p.rows * p.tilesX * p.channels;
  let source = ((thread.z * p.rows + thread.y) * p.tilesX + column) * p.channels + o;
  #for r in 0..PLACES
  var d$r = transformOutput$TILE(Places$TILE(
    #for s in 0..PLACES
    productAt(source + ${PLACES * r + s}u * step),
    #end
  ));
  #end
  let scale = scaleOut[n * p.channels + o];
  let shift = bias[o];
  #for s in 0..TILE-TURNS
  let column$s = transformOutput$TILE(Places$TILE(
    #for r in 0..PLACES
    d$r[$s],
    #end
  ));
  #for r in 0..TILE
  storeRow(column$s[$r], n, o, top + ${r}u, left + ${s}u, scale, shift);
  #end
  #end
  #for loops in 0..TURNS/TILE
  for (var s = 0u; s < countOf(${TURNS}u, groups); s++) {
    var column = transformOutput$TILE(Places$TILE(
      #for r in 0..PLACES
      d$r[s],
      #end
    ));
    for (var r = 0u; r < countOf(${TILE}u, groups); r++) {
      storeRow(column[r], n, o, top + r, left + s, scale, shift);
    }
  }
  #end
}

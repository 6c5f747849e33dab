// Winograd convolution, last of three: y = act(scaleOut · Aᵀ m A + noise + bias) for every tile and every output channel.
//
// One thread makes one tile of one channel.
//
// Memory: m [SIZE², N·tilesY·tilesX, O], SIZE = TILE + 2; scaleOut [N, O]; noise [OH, OW] (or [1] with strength 0); bias [O];
// y [N, OH, OW, O].

#param TILE = 4

#include act
#include linear
#include winograd_2
#include winograd_4

struct Params {
  batch: u32,
  outHeight: u32,
  outWidth: u32,
  channels: u32,
  tilesY: u32,
  tilesX: u32,
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read> scaleOut: array<f32>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let tiles = p.batch * p.tilesY * p.tilesX;
  let tile = index / p.channels;
  if (tile >= tiles) { return; }
  let o = index - tile * p.channels;
  let row = tile / p.tilesX;
  let n = row / p.tilesY;
  let top = (row - n * p.tilesY) * ${TILE}u;
  let left = (tile - row * p.tilesX) * ${TILE}u;

  let step = tiles * p.channels;
  var d: array<Short$TILE, ${TILE + 2}>;
  #for r in 0..TILE+2
  d[$r] = transformOutput$TILE(Line$TILE(
    #for s in 0..TILE+2
    m[${r * TILE + 2 * r + s}u * step + index],
    #end
  ));
  #end
  let scale = scaleOut[n * p.channels + o];
  let shift = bias[o];
  #for s in 0..TILE
  if (left + ${s}u < p.outWidth) {
    let column = transformOutput$TILE(Line$TILE(
      #for r in 0..TILE+2
      d[$r][$s],
      #end
    ));
    #for r in 0..TILE
    if (top + ${r}u < p.outHeight) {
      let at = (top + ${r}u) * p.outWidth + left + ${s}u;
      var z = column[$r] * scale + shift;
      if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[at]; }
      y[(n * p.outHeight * p.outWidth + at) * p.channels + o] = act(z, p.slope, p.gain, p.limit);
    }
    #end
  }
  #end
}

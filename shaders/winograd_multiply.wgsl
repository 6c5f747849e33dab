// Winograd convolution, second of three: m[k] = v[k] · u[k] for each of the SIZE² places k of a tile, sums over the input
// channels. A thread makes TILES tiles by CHANNELS output channels, its sums in registers, as in conv_tiled.wgsl.
//
// Memory: v [SIZE², tiles, I/4, 4]; u [SIZE², I/4, O, 4]; m [SIZE², tiles, O].

#param TILES = 4
#param CHANNELS = 8

#include linear
#include winograd_multiply

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channelTiles = (p.outChannels + ${CHANNELS}u - 1u) / ${CHANNELS}u;
  let index = linearIndex(thread, groups);
  let firstChannel = index % channelTiles; // and every channelTiles-th from there
  let firstTile = index / channelTiles * ${TILES}u;
  let k = thread.z;
  if (firstTile >= p.tiles) { return; }
  let depth = p.inChannels / 4u;
  #for j in 0..TILES
  let at$j = (k * p.tiles + min(firstTile + ${j}u, p.tiles - 1u)) * depth;
  #end
  #for c in 0..CHANNELS
  let o$c = min(firstChannel + ${c}u * channelTiles, p.outChannels - 1u);
  #for j in 0..TILES
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var i = 0u; i < depth; i++) {
    #for j in 0..TILES
    let v$j = v[at$j + i];
    #end
    let row = (k * depth + i) * p.outChannels;
    #for c in 0..CHANNELS
    let w$c = u[row + o$c];
    #end
    #for c in 0..CHANNELS
    #for j in 0..TILES
    sum${c}_$j = fma(v$j.x, w$c.x, sum${c}_$j);
    sum${c}_$j = fma(v$j.y, w$c.y, sum${c}_$j);
    sum${c}_$j = fma(v$j.z, w$c.z, sum${c}_$j);
    sum${c}_$j = fma(v$j.w, w$c.w, sum${c}_$j);
    #end
    #end
  }

  var sums = array<f32, ${TILES * CHANNELS}>(
    #for c in 0..CHANNELS
    #for j in 0..TILES
    sum${c}_$j,
    #end
    #end
  );
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    let o = firstChannel + c * channelTiles;
    if (o >= p.outChannels) { break; }
    for (var j = 0u; j < ${TILES}u; j++) {
      let tile = firstTile + j;
      if (tile >= p.tiles) { break; }
      m[(k * p.tiles + tile) * p.outChannels + o] = sums[c * ${TILES}u + j];
    }
  }
}

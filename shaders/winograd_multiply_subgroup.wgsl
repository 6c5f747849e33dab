// Winograd convolution, second of three, with subgroups: m[k] = v[k] · u[k] for each of the SIZE² places k of a tile, sums over
// the input channels. A workgroup is one subgroup and works as in conv_subgroup.wgsl: LANES·LOADS tiles by LANES·CHANNELS
// output channels, the sums in registers, v handed round by subgroupBroadcast.
//
// Memory: v [SIZE², tiles, I/4, 4]; u [SIZE², I/4, O, 4]; m [SIZE², tiles, O].

enable subgroups;

#param LANES = 8
#param LOADS = 4
#param CHANNELS = 4

#include winograd_multiply

@compute @workgroup_size($LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let firstTile = group.y * ${LANES * LOADS}u;
  let firstChannel = group.x * ${LANES * CHANNELS}u + lane;
  let k = group.z;
  let depth = p.inChannels / 4u;
  #for g in 0..LOADS
  let at$g = (k * p.tiles + min(firstTile + ${g * LANES}u + lane, p.tiles - 1u)) * depth;
  #end
  #for c in 0..CHANNELS
  let o$c = min(firstChannel + ${c * LANES}u, p.outChannels - 1u);
  #for j in 0..LANES*LOADS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var i = 0u; i < depth; i++) {
    #for g in 0..LOADS
    let v$g = v[at$g + i];
    #end
    let row = (k * depth + i) * p.outChannels;
    #for c in 0..CHANNELS
    let w$c = u[row + o$c];
    #end
    #for g in 0..LOADS
    #for l in 0..LANES
    let v${g}_$l = subgroupBroadcast(v$g, ${l}u);
    #for c in 0..CHANNELS
    sum${c}_${g * LANES + l} = fma(v${g}_$l.x, w$c.x, sum${c}_${g * LANES + l});
    sum${c}_${g * LANES + l} = fma(v${g}_$l.y, w$c.y, sum${c}_${g * LANES + l});
    sum${c}_${g * LANES + l} = fma(v${g}_$l.z, w$c.z, sum${c}_${g * LANES + l});
    sum${c}_${g * LANES + l} = fma(v${g}_$l.w, w$c.w, sum${c}_${g * LANES + l});
    #end
    #end
    #end
  }

  var sums = array<f32, ${LANES * LOADS * CHANNELS}>(
    #for c in 0..CHANNELS
    #for j in 0..LANES*LOADS
    sum${c}_$j,
    #end
    #end
  );
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    let o = firstChannel + c * ${LANES}u;
    if (o >= p.outChannels) { break; }
    for (var j = 0u; j < ${LANES * LOADS}u; j++) {
      let tile = firstTile + j;
      if (tile >= p.tiles) { break; }
      m[(k * p.tiles + tile) * p.outChannels + o] = sums[c * ${LANES * LOADS}u + j];
    }
  }
}

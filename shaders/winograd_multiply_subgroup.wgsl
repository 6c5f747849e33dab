// Winograd convolution, second of three, with subgroups: m[k] = v[k] · u[k] for each of the SIZE² places k of a tile, sums over
// the input channels. A workgroup is one subgroup and works as in conv_subgroup.wgsl: PIXELS tiles by LANES·CHANNELS output
// channels, the sums in registers, v handed round by subgroupBroadcast.
//
// Memory: v [SIZE², tiles, ⌈I/4⌉, 4]; u [SIZE², ⌈I/4⌉, O, 4]; m [SIZE², tiles, O].

enable subgroups;

#param LANES = 8
#param PIXELS = 32
#param CHANNELS = 4

#include winograd_multiply

@compute @workgroup_size($LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let firstTile = group.y * ${PIXELS}u;
  let firstChannel = group.x * ${LANES * CHANNELS}u + lane;
  let channelStep = ${LANES}u;
  let k = group.z;
  #for g in 0..PIXELS/LANES
  let at$g = (k * p.tiles + min(firstTile + ${g * LANES}u + lane, p.tiles - 1u)) * p.depth;
  #end
  #for c in 0..CHANNELS
  let o$c = min(firstChannel + ${c * LANES}u, p.outChannels - 1u);
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var i = 0u; i < p.depth; i++) {
    #for g in 0..PIXELS/LANES
    let v$g = v[at$g + i];
    #end
    let row = (k * p.depth + i) * p.outChannels;
    #for c in 0..CHANNELS
    let w$c = weights$HALF(u[row + o$c]);
    #end
    #include multiply_subgroup
  }

  #include store_products
}

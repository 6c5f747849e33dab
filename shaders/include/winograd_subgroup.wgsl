// The kernel of winograd_multiply_subgroup.wgsl and winograd_multiply_texture.wgsl, which differ in how operands are read.

#param LANES = 8
#param PIXELS = 32
#param CHANNELS = 4

@compute @workgroup_size($LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let firstTile = group.y * ${PIXELS}u;
  let firstOutput = group.x * ${LANES * CHANNELS / STORED}u + lane;
  let outputStep = ${LANES}u;
  let k = group.z;
  let firstWeight = weightsOf(k) * p.depth;
  #for g in 0..PIXELS/LANES
  let at$g = baseOf(k, min(firstTile + ${g * LANES}u + lane, p.tiles - 1u));
  #end
  #include output_channels
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var i = 0u; i < p.depth; i++) {
    #for g in 0..PIXELS/LANES
    let v$g = fourOf(at$g, i);
    #end
    let row = (firstWeight + i) * p.outChannels;
    #for c in 0..CHANNELS
    let w$c = fourWeights(row + o$c);
    #end
    #include multiply_subgroup
  }

  #include store_products
}

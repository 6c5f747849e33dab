// The kernel of winograd_multiply.wgsl and winograd_multiply_tiled_texture.wgsl, which differ in how operands are read.

#param PIXELS = 4
#param CHANNELS = 8

#include linear

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let outputStep = (p.outChannels + ${CHANNELS - 1}u) / ${CHANNELS}u;
  let index = linearIndex(thread, groups);
  let firstOutput = index % outputStep;
  let firstTile = index / outputStep * ${PIXELS}u;
  let k = thread.z;
  let firstWeight = weightsOf(k) * p.depth;
  if (firstTile >= p.tiles) { return; }
  #for j in 0..PIXELS
  let at$j = baseOf(k, min(firstTile + ${j}u, p.tiles - 1u));
  #end
  #include output_channels
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var i = 0u; i < p.depth; i++) {
    #for j in 0..PIXELS
    let v$j = fourOf(at$j, i);
    #end
    let row = (firstWeight + i) * p.outChannels;
    #for c in 0..CHANNELS
    let w$c = fourWeights(row + o$c);
    #end
    #include multiply_tiled
  }

  #include store_products
}

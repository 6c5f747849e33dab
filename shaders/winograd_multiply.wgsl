// Winograd convolution, second of three: m[k] = v[k] · u[k] for each of the PLACES² places k of a tile, sums over the input
// channels. A thread makes PIXELS tiles by CHANNELS output channels, its sums in registers, as in conv_tiled.wgsl.
//
// Memory: v [PLACES², tiles, ⌈I/4⌉, 4]; u [WEIGHTS², ⌈I/4⌉, O, 4]; m [PLACES², tiles, O].

#param PIXELS = 4
#param CHANNELS = 8

#include linear
#include winograd_buffers

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channelStep = (p.outChannels + ${CHANNELS}u - 1u) / ${CHANNELS}u;
  let index = linearIndex(thread, groups);
  let firstChannel = index % channelStep;
  let firstTile = index / channelStep * ${PIXELS}u;
  let k = thread.z;
  let firstWeight = weightsOf(k) * p.depth;
  if (firstTile >= p.tiles) { return; }
  #for j in 0..PIXELS
  let at$j = baseOf(k, min(firstTile + ${j}u, p.tiles - 1u));
  #end
  #for c in 0..CHANNELS
  let o$c = min(firstChannel + ${c}u * channelStep, p.outChannels - 1u);
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

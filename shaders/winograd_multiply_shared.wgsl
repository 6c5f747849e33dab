// Winograd convolution, second of three, with workgroup memory, for GPUs: m[k] = v[k] · u[k] for each of the SIZE² places k of a
// tile, sums over the input channels. A matrix product made as conv_shared.wgsl makes its own: a workgroup of 8 by 8 threads has
// 8·PIXELS tiles by 8·CHANNELS output channels, each thread PIXELS by CHANNELS of them in registers, sixteen input channels at
// a time in workgroup memory.
//
// Memory: v [SIZE², tiles, ⌈I/4⌉, 4]; u [SIZE², ⌈I/4⌉, O, 4]; m [SIZE², tiles, O].

#param PIXELS = 8
#param CHANNELS = 8

#include winograd_multiply

/// Four fours of input channels: of 8·PIXELS tiles, and of the weights of 8·CHANNELS output channels.
var<workgroup> sharedV: array<vec4f, ${32 * PIXELS}>;
var<workgroup> sharedU: array<vec4f, ${32 * CHANNELS}>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let groupTile = group.y * ${8 * PIXELS}u;
  let groupChannel = group.x * ${8 * CHANNELS}u;
  let firstTile = groupTile + thread / 8u * ${PIXELS}u;
  let firstChannel = groupChannel + thread % 8u;
  let channelStep = 8u;
  let k = group.z;
  #for g in 0..PIXELS/2
  let at$g = (k * p.tiles + min(groupTile + ${16 * g}u + thread / 4u, p.tiles - 1u)) * p.depth;
  #end
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var first = 0u; first < p.depth; first += 4u) {
    // Four threads load what lies side by side of a tile.
    let mine = first + thread % 4u;
    let four = min(mine, p.depth - 1u);
    #for g in 0..PIXELS/2
    sharedV[thread % 4u * ${8 * PIXELS}u + ${16 * g}u + thread / 4u] = select(vec4f(), v[at$g + four], mine < p.depth);
    #end
    #for h in 0..CHANNELS/2
    {
      let place = thread + ${64 * h}u;
      let row = min(first + place / ${8 * CHANNELS}u, p.depth - 1u);
      let o = min(groupChannel + place % ${8 * CHANNELS}u, p.outChannels - 1u);
      sharedU[place] = weights$HALF(u[(k * p.depth + row) * p.outChannels + o]);
    }
    #end
    workgroupBarrier();
    for (var i = 0u; i < 4u; i++) {
      #for j in 0..PIXELS
      let v$j = sharedV[i * ${8 * PIXELS}u + thread / 8u * ${PIXELS}u + ${j}u];
      #end
      #for c in 0..CHANNELS
      let w$c = sharedU[i * ${8 * CHANNELS}u + thread % 8u + ${8 * c}u];
      #end
      #include multiply_tiled
    }
    workgroupBarrier();
  }

  if (firstTile >= p.tiles) { return; }
  #include store_products
}

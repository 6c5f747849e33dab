// Winograd convolution, second of three, with workgroup memory, for GPUs: m[k] = v[k] · u[k] for each of the PLACES² places k of a
// tile, sums over the input channels. A matrix product made as conv_shared.wgsl makes its own: a workgroup of 8 by 8 threads has
// 8·PIXELS tiles by 8·CHANNELS output channels, each thread PIXELS by CHANNELS of them in registers, sixteen input channels at
// a time in workgroup memory.
//
// Memory: v [PLACES², tiles, ⌈I/4⌉, 4]; u [WEIGHTS², ⌈I/4⌉, O, 4]; m [PLACES², tiles, O].

#include shared_tiles
#include winograd_buffers

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let groupTile = group.y * ${8 * PIXELS}u;
  let tileChannel = group.x * ${8 * CHANNELS}u;
  let firstTile = groupTile + thread / 8u * ${PIXELS}u;
  let firstOutput = tileChannel + thread % 8u;
  let outputStep = 8u;
  let k = group.z;
  let firstWeight = weightsOf(k) * p.depth;
  let depth = p.depth;
  #for g in 0..PIXELS/2
  let at$g = baseOf(k, min(groupTile + ${16 * g}u + thread / 4u, p.tiles - 1u));
  #end
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var first = 0u; first < depth; first += 4u) {
    // Four threads load what lies side by side of a tile.
    let mine = first + thread % 4u;
    let four = min(mine, depth - 1u);
    #for g in 0..PIXELS/2
    sharedX[thread % 4u * ${8 * PIXELS}u + ${16 * g}u + thread / 4u] = select(vec4f(), fourOf(at$g, four), mine < depth);
    #end
    #include multiply_shared
  }

  if (firstTile >= p.tiles) { return; }
  #include store_products
}

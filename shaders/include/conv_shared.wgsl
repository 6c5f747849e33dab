// The kernel of conv_shared.wgsl and conv_shared_ragged.wgsl, which differ in how channels are read.

#include shared_tiles

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let split = group.z % p.splits;
  let rows = groups.z / p.splits / p.batch; // of groups.y tiles each
  let n = p.firstImage + group.z / p.splits / rows;
  let tilePixel = (group.z / p.splits % rows * groups.y + group.y) * ${8 * PIXELS}u;
  let tileChannel = group.x * ${8 * CHANNELS}u;
  let firstPixel = tilePixel + thread / 8u * ${PIXELS}u;
  let firstOutput = tileChannel + thread % 8u;
  let outputStep = 8u;
  let pixels = p.phaseHeight * p.phaseWidth;
  let depth = depthOf();
  let each = (depth + 4u * p.splits - 1u) / (4u * p.splits) * 4u;
  let splitEnd = min(depth, (split + 1u) * each);

  #for g in 0..PIXELS/2
  let corner$g = cornerOf(min(tilePixel + ${16 * g}u + thread / 4u, pixels - 1u));
  #end
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      #for g in 0..PIXELS/2
      let input$g = inputAt(corner$g, tx, ty);
      let inside$g = isInside(input$g);
      let at$g = select(0u, baseOf(pixelOf(n, input$g)), inside$g);
      #end
      let firstWeight = kernelAt(tx, ty) * depth;
      for (var first = split * each; first < splitEnd; first += 4u) {
        // Four threads load what lies side by side of a pixel.
        let mine = first + thread % 4u;
        let four = min(mine, depth - 1u);
        let scale = scalesOf(n, four);
        #for g in 0..PIXELS/2
        sharedX[thread % 4u * ${8 * PIXELS}u + ${16 * g}u + thread / 4u] =
          select(vec4f(), scale * fourOf(at$g, four), inside$g && mine < depth);
        #end
        #include multiply_shared
      }
    }
  }

  if (firstPixel >= pixels) { return; }
  let toImage = n + split * p.splitImages;
  #include store_tile
}

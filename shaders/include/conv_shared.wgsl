// The kernel of conv_shared.wgsl and conv_shared_ragged.wgsl, which differ in how channels are read.

#param PIXELS = 8
#param CHANNELS = 8

/// Four fours of input channels: of 8·PIXELS pixels, and of the weights of 8·CHANNELS output channels.
var<workgroup> sharedX: array<vec4f, ${32 * PIXELS}>;
var<workgroup> sharedWeight: array<vec4f, ${32 * CHANNELS}>;

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
  let firstChannel = tileChannel + thread % 8u;
  let channelStep = 8u;
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
      let k = kernelAt(tx, ty);
      for (var first = split * each; first < splitEnd; first += 4u) {
        // Four threads load what lies side by side of a pixel.
        let mine = first + thread % 4u;
        let four = min(mine, depth - 1u);
        let scale = scalesOf(n, four);
        #for g in 0..PIXELS/2
        sharedX[thread % 4u * ${8 * PIXELS}u + ${16 * g}u + thread / 4u] =
          select(vec4f(), scale * fourOf(at$g, four), inside$g && mine < depth);
        #end
        #for h in 0..CHANNELS/2
        {
          let place = thread + ${64 * h}u;
          let row = first + place / ${8 * CHANNELS}u;
          let o = min(tileChannel + place % ${8 * CHANNELS}u, p.outChannels - 1u);
          sharedWeight[place] = weights$HALF(weight[(k * depth + min(row, depth - 1u)) * p.outChannels + o]);
        }
        #end
        workgroupBarrier();
        for (var i = 0u; i < 4u; i++) {
          #for j in 0..PIXELS
          let v$j = sharedX[i * ${8 * PIXELS}u + thread / 8u * ${PIXELS}u + ${j}u];
          #end
          #for c in 0..CHANNELS
          let w$c = sharedWeight[i * ${8 * CHANNELS}u + thread % 8u + ${8 * c}u];
          #end
          #include multiply_tiled
        }
        workgroupBarrier();
      }
    }
  }

  if (firstPixel >= pixels) { return; }
  let toImage = n + split * p.splitImages;
  #include store_tile
}

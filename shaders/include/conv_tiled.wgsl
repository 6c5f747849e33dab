// The kernel of conv_tiled.wgsl, conv_tiled_ragged.wgsl, conv_tiled_texture.wgsl and conv_tiled_texture_ragged.wgsl, which differ in how channels are read.

#param PIXELS = 4
#param CHANNELS = 8

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixels = p.phaseHeight * p.phaseWidth;
  let outputStep = (p.outChannels + ${CHANNELS - 1}u) / ${CHANNELS}u;
  let index = linearIndex(thread, groups);
  let firstOutput = index % outputStep;
  let firstPixel = index / outputStep * ${PIXELS}u;
  let n = p.firstImage + thread.z;
  if (firstPixel >= pixels) { return; }
  let depth = depthOf();

  #for j in 0..PIXELS
  let q$j = min(firstPixel + ${j}u, pixels - 1u);
  let corner$j = cornerOf(q$j);
  #end
  #include output_channels
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      #for j in 0..PIXELS
      let input$j = inputAt(corner$j, tx, ty);
      let inside$j = isInside(input$j);
      let at$j = select(0u, baseOf(pixelOf(n, input$j)), inside$j);
      #end
      let k = kernelAt(tx, ty);
      for (var i = 0u; i < depth; i++) {
        let scale = scalesOf(n, i);
        #for j in 0..PIXELS
        let v$j = select(vec4f(), scale * fourOf(at$j, i), inside$j);
        #end
        let row = (k * depth + i) * p.outChannels;
        #for c in 0..CHANNELS
        let w$c = fourWeights(row + o$c);
        #end
        #include multiply_tiled
      }
    }
  }

  let toImage = n;
  #include store_tile
}

// The kernel of conv_subgroup.wgsl, conv_subgroup_ragged.wgsl, conv_texture.wgsl and conv_texture_ragged.wgsl, which differ in how channels are read.

#param LANES = 8
#param PIXELS = 32
#param CHANNELS = 4

@compute @workgroup_size($LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let rows = groups.z / p.batch; // of groups.y tiles each
  let n = p.firstImage + group.z / rows;
  let firstPixel = (group.z % rows * groups.y + group.y) * ${PIXELS}u;
  let firstOutput = group.x * ${LANES * CHANNELS / STORED}u + lane;
  let pixels = p.phaseHeight * p.phaseWidth;
  let outputStep = ${LANES}u;
  let depth = depthOf();

  #for g in 0..PIXELS/LANES
  let q$g = min(firstPixel + ${g * LANES}u + lane, pixels - 1u);
  let corner$g = cornerOf(q$g);
  #end
  #include output_channels
  #for c in 0..CHANNELS
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      #for g in 0..PIXELS/LANES
      let input$g = inputAt(corner$g, tx, ty);
      let inside$g = isInside(input$g);
      let at$g = select(0u, baseOf(pixelOf(n, input$g)), inside$g);
      #end
      let k = kernelAt(tx, ty);
      var scales = vec4f();
      for (var i = 0u; i < depth; i++) {
        // Each lane keeps the scales of one of the next LANES fours.
        if (i % ${LANES}u == 0u) { scales = scalesOf(n, min(i + lane, depth - 1u)); }
        let scale = subgroupShuffle(scales, i % ${LANES}u);
        #for g in 0..PIXELS/LANES
        let v$g = select(vec4f(), scale * fourOf(at$g, i), inside$g);
        #end
        let row = (k * depth + i) * p.outChannels;
        #for c in 0..CHANNELS
        let w$c = fourWeights(row + o$c);
        #end
        #include multiply_subgroup
      }
    }
  }

  let toImage = n;
  #include store_tile
}

// Convolution with register tiles: conv.wgsl's mathematics, bindings and parameters, for input channels in fours.
//
// A thread makes a tile of PIXELS output pixels (in the order of the phase) by CHANNELS output channels, its sums in
// registers, from one vec4 of x for each pixel and one vec4 of weights for each channel at a time. Neighbouring threads
// have neighbouring channels, so that their loads of weights and their stores are contiguous.
//
// Memory: as conv.wgsl, but weight [K, K, I/4, O, 4].

#param PIXELS = 4
#param CHANNELS = 8

#include convolution

alias Value = vec4f;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixels = p.phaseHeight * p.phaseWidth;
  let channelTiles = (p.outChannels + ${CHANNELS}u - 1u) / ${CHANNELS}u;
  let index = linearIndex(thread, groups);
  let firstChannel = index % channelTiles; // and every channelTiles-th from there
  let firstPixel = index / channelTiles * ${PIXELS}u;
  let n = thread.z;
  if (firstPixel >= pixels) { return; }
  let depth = p.inChannels / 4u;

  #for j in 0..PIXELS
  let q$j = min(firstPixel + ${j}u, pixels - 1u);
  let corner$j = cornerOf(q$j);
  #end
  #for c in 0..CHANNELS
  let o$c = min(firstChannel + ${c}u * channelTiles, p.outChannels - 1u);
  #for j in 0..PIXELS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      #for j in 0..PIXELS
      let input$j = inputAt(corner$j, tx, ty);
      let inside$j = isInside(input$j);
      let at$j = select(0u, pixelOf(n, input$j) * depth, inside$j);
      #end
      let k = kernelAt(tx, ty);
      for (var i = 0u; i < depth; i++) {
        let scale = scaleIn[n * depth + i];
        #for j in 0..PIXELS
        let v$j = select(vec4f(), scale * x[at$j + i], inside$j);
        #end
        let row = (k * depth + i) * p.outChannels;
        #for c in 0..CHANNELS
        let w$c = weight[row + o$c];
        #end
        #for c in 0..CHANNELS
        #for j in 0..PIXELS
        sum${c}_$j = fma(v$j.x, w$c.x, sum${c}_$j);
        sum${c}_$j = fma(v$j.y, w$c.y, sum${c}_$j);
        sum${c}_$j = fma(v$j.z, w$c.z, sum${c}_$j);
        sum${c}_$j = fma(v$j.w, w$c.w, sum${c}_$j);
        #end
        #end
      }
    }
  }

  #include store_tile
}

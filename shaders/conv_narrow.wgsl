// Convolution with register tiles, any channels: conv.wgsl's mathematics, memory, bindings and parameters.
// For what has too few channels for the other kernels: the first layer of a network that reads images, the last of one
// that makes them, and their gradients.
//
// A thread makes a tile of PIXELS output pixels (in the order of the phase) by CHANNELS output channels, its sums in
// registers. Neighbouring threads have neighbouring channels.

#param PIXELS = 4
#param CHANNELS = 8

#include convolution

alias Value = f32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixels = p.phaseHeight * p.phaseWidth;
  let channelTiles = (p.outChannels + ${CHANNELS}u - 1u) / ${CHANNELS}u;
  let index = linearIndex(thread, groups);
  let firstChannel = index % channelTiles; // and every channelTiles-th from there
  let firstPixel = index / channelTiles * ${PIXELS}u;
  let n = thread.z;
  if (firstPixel >= pixels) { return; }

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
      let at$j = select(0u, pixelOf(n, input$j) * p.inChannels, inside$j);
      #end
      let k = kernelAt(tx, ty);
      for (var i = 0u; i < p.inChannels; i++) {
        let scale = scaleIn[n * p.inChannels + i];
        #for j in 0..PIXELS
        let v$j = select(0.0, scale * x[at$j + i], inside$j);
        #end
        let row = (k * p.inChannels + i) * p.outChannels;
        #for c in 0..CHANNELS
        let w$c = weight[row + o$c];
        #end
        #for c in 0..CHANNELS
        #for j in 0..PIXELS
        sum${c}_$j = fma(v$j, w$c, sum${c}_$j);
        #end
        #end
      }
    }
  }

  #include store_tile
}

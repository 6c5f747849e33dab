// Convolution with register tiles, any channels: conv.wgsl's mathematics, memory, bindings and parameters.
// For what has too few channels for the other kernels: the first layer of a network that reads images, the last of one
// that makes them, and their gradients.
//
// A thread makes a tile of PIXELS output pixels (in the order of the phase) by CHANNELS output channels, its sums in
// registers. Neighbouring threads have neighbouring channels.

#param PIXELS = 4
#param CHANNELS = 8

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  inChannels: u32,
  outHeight: u32,
  outWidth: u32,
  outChannels: u32,
  kernelSize: u32,
  phaseHeight: u32, // outputs of this phase
  phaseWidth: u32,
  tapsY: u32,
  tapsX: u32,
  kStartY: u32,
  kStartX: u32,
  kStep: u32,
  inStride: u32,
  inStartY: i32,
  inStartX: i32,
  tapStep: i32,
  outStride: u32,
  outStartY: u32,
  outStartX: u32,
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scaleIn: array<f32>;
@group(0) @binding(4) var<storage, read> scaleOut: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixels = p.phaseHeight * p.phaseWidth;
  let channelTiles = (p.outChannels + ${CHANNELS}u - 1u) / ${CHANNELS}u;
  let index = thread.y * groups.x * 64u + thread.x;
  let firstChannel = index % channelTiles; // and every channelTiles-th from there
  let firstPixel = index / channelTiles * ${PIXELS}u;
  let n = thread.z;
  if (firstPixel >= pixels) { return; }

  #for j in 0..PIXELS
  let q$j = min(firstPixel + ${j}u, pixels - 1u);
  let y$j = i32(p.inStride * (q$j / p.phaseWidth)) + p.inStartY;
  let x$j = i32(p.inStride * (q$j % p.phaseWidth)) + p.inStartX;
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
      let iy$j = y$j + p.tapStep * i32(ty);
      let ix$j = x$j + p.tapStep * i32(tx);
      let inside$j = iy$j >= 0 && iy$j < i32(p.inHeight) && ix$j >= 0 && ix$j < i32(p.inWidth);
      let at$j = select(0u, ((n * p.inHeight + u32(iy$j)) * p.inWidth + u32(ix$j)) * p.inChannels, inside$j);
      #end
      let k = (p.kStartY + p.kStep * ty) * p.kernelSize + p.kStartX + p.kStep * tx;
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

  var sums = array<f32, ${PIXELS * CHANNELS}>(
    #for c in 0..CHANNELS
    #for j in 0..PIXELS
    sum${c}_$j,
    #end
    #end
  );
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    let o = firstChannel + c * channelTiles;
    if (o >= p.outChannels) { break; }
    let scale = scaleOut[n * p.outChannels + o];
    for (var j = 0u; j < ${PIXELS}u; j++) {
      let q = firstPixel + j;
      if (q >= pixels) { break; }
      let oy = p.outStride * (q / p.phaseWidth) + p.outStartY;
      let ox = p.outStride * (q % p.phaseWidth) + p.outStartX;
      let at = oy * p.outWidth + ox;
      var z = sums[c * ${PIXELS}u + j] * scale + bias[o];
      if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[at]; }
      let activated = p.gain * select(z, p.slope * z, z < 0.0);
      y[(n * p.outHeight * p.outWidth + at) * p.outChannels + o] = clamp(activated, -p.limit, p.limit);
    }
  }
}

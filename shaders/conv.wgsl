// Convolution, plain: the reference for the faster kernels of the family. One thread makes one output element.
//
//   y[n, oy, ox, o] = act( scaleOut[n, o] · Σ_{ty, tx, i} x[n, iy, ix, i] · scaleIn[n, i] · weight[ky, kx, i, o]
//                          + noiseStrength · noise[oy, ox] + bias[o] )
//   act(z) = clamp(gain · (z < 0 ? slope · z : z), -limit, limit)
//
// One description serves convolution, strided and transposed convolution and their data gradients: for each axis, with
// q counting the outputs of one phase and t the kernel taps of that phase,
//   output o = outStride · q + outStart,  input i = inStride · q + inStart + tapStep · t,  kernel k = kStart + kStep · t.
// A transposed convolution of stride s has s phases an axis, each a launch of its own that writes its own outputs.
//
// Memory: x [N, H, W, I], y [N, OH, OW, O], weight [K, K, I, O], scaleIn [N, I], scaleOut [N, O], noise [OH, OW], bias [O].
// Inputs outside x are zero.

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
  let index = thread.y * groups.x * 64u + thread.x;
  if (index >= p.batch * p.phaseHeight * p.phaseWidth * p.outChannels) { return; }
  let o = index % p.outChannels;
  let pixel = index / p.outChannels;
  let qx = pixel % p.phaseWidth;
  let qy = (pixel / p.phaseWidth) % p.phaseHeight;
  let n = pixel / (p.phaseWidth * p.phaseHeight);

  var sum = 0.0;
  for (var ty = 0u; ty < p.tapsY; ty++) {
    let iy = i32(p.inStride * qy) + p.inStartY + p.tapStep * i32(ty);
    if (iy < 0 || iy >= i32(p.inHeight)) { continue; }
    for (var tx = 0u; tx < p.tapsX; tx++) {
      let ix = i32(p.inStride * qx) + p.inStartX + p.tapStep * i32(tx);
      if (ix < 0 || ix >= i32(p.inWidth)) { continue; }
      let xAt = ((n * p.inHeight + u32(iy)) * p.inWidth + u32(ix)) * p.inChannels;
      let k = (p.kStartY + p.kStep * ty) * p.kernelSize + p.kStartX + p.kStep * tx;
      for (var i = 0u; i < p.inChannels; i++) {
        sum += x[xAt + i] * scaleIn[n * p.inChannels + i] * weight[(k * p.inChannels + i) * p.outChannels + o];
      }
    }
  }

  let oy = p.outStride * qy + p.outStartY;
  let ox = p.outStride * qx + p.outStartX;
  var z = sum * scaleOut[n * p.outChannels + o] + bias[o];
  if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[oy * p.outWidth + ox]; }
  let activated = p.gain * select(z, p.slope * z, z < 0.0);
  y[((n * p.outHeight + oy) * p.outWidth + ox) * p.outChannels + o] = clamp(activated, -p.limit, p.limit);
}

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

#include convolution

alias Value = f32;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.phaseHeight * p.phaseWidth * p.outChannels) { return; }
  let o = index % p.outChannels;
  let pixel = index / p.outChannels;
  let q = pixel % (p.phaseWidth * p.phaseHeight);
  let n = p.firstImage + pixel / (p.phaseWidth * p.phaseHeight);

  let corner = cornerOf(q);
  var sum = 0.0;
  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      let input = inputAt(corner, tx, ty);
      if (!isInside(input)) { continue; }
      let xAt = pixelOf(n, input) * p.inChannels;
      let k = kernelAt(tx, ty);
      for (var i = 0u; i < p.inChannels; i++) {
        sum += x[xAt + i] * scaleIn[n * p.inChannels + i] * weight[(k * p.inChannels + i) * p.outChannels + o];
      }
    }
  }
  store(n, placeOf(q), o, sum, scaleOut[n * p.outChannels + o], bias[o]);
}

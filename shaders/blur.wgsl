// The 4x4 FIR outer([1,3,3,1], [1,3,3,1]) / 16 with a layer's epilogue, plain: the reference for the others. One thread
// makes one output element.
//
//   y[n, oy, ox, c] = act( scaleOut[n, c] · Σ_{a, b} f[a] f[b] x[n, oy - padding + a, ox - padding + b, c]
//                          + noiseStrength · noise[oy, ox] + bias[c] ),   f = [1, 3, 3, 1] / 4,  act as in include/act.wgsl
//
// for `rows` rows oy from outFirst on, oy - padding counted from inFirst: x or y may hold a band of rows only.
//
// After an up-convolution the padding is 1 and y is one lower and narrower than x. The filter is symmetric, so its adjoint
// is the same with a padding of 2, one higher and wider, and nothing around the sum.
//
// Memory: x [N, H, W, C], y [N, OH, OW, C], scaleOut [N, C], noise [OH, OW], bias [C]. Inputs outside x are zero.

#include blur

alias Value = f32;

@group(0) @binding(1) var<storage, read> x: array<f32>;

const FILTER = array<f32, 4>(0.25, 0.75, 0.75, 0.25);

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.rows * p.outWidth * p.channels) { return; }
  let o = placeOf(index, p.rows, p.outWidth, p.channels);
  var sum = 0.0;
  for (var a = 0u; a < 4u; a++) {
    let iy = p.inFirst + i32(o.row + a);
    if (iy < 0 || iy >= i32(p.inHeight)) { continue; }
    var row = 0.0;
    for (var b = 0u; b < 4u; b++) {
      let ix = i32(o.column + b) - i32(p.padding);
      if (ix < 0 || ix >= i32(p.inWidth)) { continue; }
      row += FILTER[b] * x[((o.n * p.inHeight + u32(iy)) * p.inWidth + u32(ix)) * p.channels + o.c];
    }
    sum += FILTER[a] * row;
  }
  var z = sum * scaleOut[o.n * p.channels + o.c] + bias[o.c];
  let at = (p.outFirst + o.row) * p.outWidth + o.column;
  if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[at]; }
  y[(o.n * p.outHeight * p.outWidth + at) * p.channels + o.c] = act(z, p.slope, p.gain, p.limit);
}

// The 3x3 binomial filter outer([1,2,1], [1,2,1]) / 16 that StyleGAN1 puts behind an up-convolution. It is symmetric and keeps
// the size, so it is its own adjoint. One thread makes one output element.
//   y[n, oy, ox, c] = Σ_{a, b} f[a] f[b] x[n, oy - 1 + a, ox - 1 + b, c],   f = [1, 2, 1] / 4
// Memory: x, y [N, H, W, C]. Inputs outside x are zero.

#include linear
#include place

struct Params {
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const FILTER = array<f32, 3>(0.25, 0.5, 0.25);

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.height * p.width * p.channels) { return; }
  let o = placeOf(index, p.height, p.width, p.channels);
  var sum = 0.0;
  for (var a = 0u; a < 3u; a++) {
    let iy = i32(o.row + a) - 1;
    if (iy < 0 || iy >= i32(p.height)) { continue; }
    var row = 0.0;
    for (var b = 0u; b < 3u; b++) {
      let ix = i32(o.column + b) - 1;
      if (ix < 0 || ix >= i32(p.width)) { continue; }
      row += FILTER[b] * x[((o.n * p.height + u32(iy)) * p.width + u32(ix)) * p.channels + o.c];
    }
    sum += FILTER[a] * row;
  }
  y[index] = sum;
}

// The 4x4 FIR outer([1,3,3,1], [1,3,3,1]) / 16 after an up-convolution (method: pad 1 on each side, so 2H+1 becomes 2H),
// with the layer's epilogue; and the adjoint of the filter alone.
//   forward: y[n, oy, ox, c] = act( scaleOut[n, c] · Σ_{a, b} f[a] f[b] x[n, oy - 1 + a, ox - 1 + b, c] + noise + bias[c] )
//   adjoint: dx[n, iy, ix, c] = Σ_{a, b} f[a] f[b] dy[n, iy + 1 - a, ix + 1 - b, c]
// with f = [1, 3, 3, 1] / 4; zero outside. act as in conv.wgsl.
// Memory: x, dx [N, H + 1, W + 1, C]; y, dy [N, H, W, C]; scaleOut [N, C]; noise [H, W]; bias [C].

#include act
#include linear

struct Params {
  batch: u32,
  height: u32, // of y
  width: u32,
  channels: u32,
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

struct AdjointParams {
  batch: u32,
  height: u32, // of dy
  width: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<uniform> q: AdjointParams;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> scaleOut: array<f32>;
@group(0) @binding(4) var<storage, read> noise: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<f32>;

const FILTER = array<f32, 4>(0.25, 0.75, 0.75, 0.25);

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.height * p.width * p.channels) { return; }
  let c = index % p.channels;
  let ox = (index / p.channels) % p.width;
  let oy = (index / (p.channels * p.width)) % p.height;
  let n = index / (p.channels * p.width * p.height);
  var sum = 0.0;
  for (var a = 0u; a < 4u; a++) {
    let iy = i32(oy + a) - 1;
    if (iy < 0 || iy > i32(p.height)) { continue; }
    var row = 0.0;
    for (var b = 0u; b < 4u; b++) {
      let ix = i32(ox + b) - 1;
      if (ix < 0 || ix > i32(p.width)) { continue; }
      row += FILTER[b] * x[((n * (p.height + 1u) + u32(iy)) * (p.width + 1u) + u32(ix)) * p.channels + c];
    }
    sum += FILTER[a] * row;
  }
  var z = sum * scaleOut[n * p.channels + c] + bias[c];
  if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[oy * p.width + ox]; }
  y[index] = act(z, p.slope, p.gain, p.limit);
}

@compute @workgroup_size(64)
fn adjoint(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let height = q.height + 1u;
  let width = q.width + 1u;
  if (index >= q.batch * height * width * q.channels) { return; }
  let c = index % q.channels;
  let ix = (index / q.channels) % width;
  let iy = (index / (q.channels * width)) % height;
  let n = index / (q.channels * width * height);
  var sum = 0.0;
  for (var a = 0u; a < 4u; a++) {
    let oy = i32(iy) + 1 - i32(a);
    if (oy < 0 || oy >= i32(q.height)) { continue; }
    var row = 0.0;
    for (var b = 0u; b < 4u; b++) {
      let ox = i32(ix) + 1 - i32(b);
      if (ox < 0 || ox >= i32(q.width)) { continue; }
      row += FILTER[b] * dy[((n * q.height + u32(oy)) * q.width + u32(ox)) * q.channels + c];
    }
    sum += FILTER[a] * row;
  }
  dx[index] = sum;
}

// StyleGAN1's epilogue before its normalisation: noise with a strength of its own in each channel, bias, activation.
//   forward   y = act(z),  z = x + strength[c] · noise[pixel] + bias[c],  act as in include/act.wgsl
//   backward  dx = dy · act'(z),  the sign of z being that of y
// Memory: x, y, dy, dx [N, pixels, C], one thread an element; noise [pixels]; strength, bias [C].

#include act
#include linear

struct Params {
  count: u32, // N · pixels · C
  pixels: u32,
  channels: u32,
  slope: f32, // positive, as is the gain
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> noise: array<f32>;
@group(0) @binding(3) var<storage, read> strength: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> activated: array<f32>; // y of `forward`
@group(0) @binding(7) var<storage, read> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  let c = i % p.channels;
  let pixel = (i / p.channels) % p.pixels;
  y[i] = act(x[i] + strength[c] * noise[pixel] + bias[c], p.slope, p.gain, p.limit);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  dx[i] = actDerivativeAt(activated[i], p.slope, p.gain, p.limit) * dy[i];
}

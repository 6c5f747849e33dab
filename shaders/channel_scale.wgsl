// A factor for each channel of each sample:  y[n, pixel, c] = x[n, pixel, c] · factors[n, c].
// Its gradients are `prologue` of channel_gradients.wgsl.
// Memory: x, y [N, pixels, C], one thread an element; factors [N, C].

#include linear

struct Params {
  count: u32, // N · pixels · C
  pixels: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  let pixel = i / p.channels;
  y[i] = x[i] * factors[pixel / p.pixels * p.channels + i - pixel * p.channels];
}

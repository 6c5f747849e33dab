// Gradients that are elementwise in the activations and sums over pixels for each channel.
// Memory: activations [N, pixels, C]; partial sums [N, chunks, C]; per-channel values [N, C].
// One thread walks one chunk of pixels of one channel, in order, so that sums are the same in every run.
//
//   epilogue: with y = act(z), z = u · scaleOut + noiseStrength · noise + bias (see conv.wgsl) and g = dy · act'(z):
//             du = g · scaleOut,  d scaleOut = Σ g · u,  where z is recovered from y and u from z.
//   prologue: with v = x · scaleIn:  dx = dv · scaleIn,  d scaleIn = Σ dv · x.
//   total:    sums the chunks.

#include linear

struct EpilogueParams {
  batch: u32,
  pixels: u32,
  channels: u32,
  chunk: u32,
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

struct PrologueParams {
  batch: u32,
  pixels: u32,
  channels: u32,
  chunk: u32,
}

struct TotalParams {
  batch: u32,
  chunks: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> e: EpilogueParams;
@group(0) @binding(1) var<uniform> p: PrologueParams;
@group(0) @binding(2) var<uniform> t: TotalParams;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> y: array<f32>;
@group(0) @binding(5) var<storage, read> scaleOut: array<f32>;
@group(0) @binding(6) var<storage, read> noise: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<storage, read> dv: array<f32>;
@group(0) @binding(9) var<storage, read> x: array<f32>;
@group(0) @binding(10) var<storage, read> scaleIn: array<f32>;
@group(0) @binding(11) var<storage, read_write> dx: array<f32>;
@group(0) @binding(12) var<storage, read_write> partial: array<f32>;
@group(0) @binding(13) var<storage, read> parts: array<f32>;
@group(0) @binding(14) var<storage, read_write> sum: array<f32>;

@compute @workgroup_size(64)
fn epilogue(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let chunks = (e.pixels + e.chunk - 1u) / e.chunk;
  if (index >= e.batch * chunks * e.channels) { return; }
  let c = index % e.channels;
  let n = index / (chunks * e.channels);
  let first = ((index / e.channels) % chunks) * e.chunk;
  let scale = scaleOut[n * e.channels + c];
  let shift = bias[c];
  var total = 0.0;
  let end = min(first + e.chunk, e.pixels);
  for (var pixel = first; pixel < end; pixel++) {
    let at = (n * e.pixels + pixel) * e.channels + c;
    let value = y[at];
    let slope = select(1.0, e.slope, value <= 0.0);
    let g = select(dy[at] * e.gain * slope, 0.0, abs(value) >= e.limit);
    dx[at] = g * scale;
    var z = value / (e.gain * slope) - shift;
    if (e.noiseStrength != 0.0) { z -= e.noiseStrength * noise[pixel]; }
    total += select(g * z, 0.0, g == 0.0); // a slope of 0 hides z
  }
  partial[index] = total / scale;
}

@compute @workgroup_size(64)
fn prologue(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let chunks = (p.pixels + p.chunk - 1u) / p.chunk;
  if (index >= p.batch * chunks * p.channels) { return; }
  let c = index % p.channels;
  let n = index / (chunks * p.channels);
  let first = ((index / p.channels) % chunks) * p.chunk;
  let scale = scaleIn[n * p.channels + c];
  var total = 0.0;
  let end = min(first + p.chunk, p.pixels);
  for (var pixel = first; pixel < end; pixel++) {
    let at = (n * p.pixels + pixel) * p.channels + c;
    let gradient = dv[at];
    total += gradient * x[at];
    dx[at] = gradient * scale;
  }
  partial[index] = total;
}

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= t.batch * t.channels) { return; }
  let c = index % t.channels;
  let n = index / t.channels;
  var value = 0.0;
  for (var chunk = 0u; chunk < t.chunks; chunk++) { value += parts[(n * t.chunks + chunk) * t.channels + c]; }
  sum[index] = value;
}

// Adaptive instance normalisation (Huang & Belongie 2017, in StyleGAN1's form): every channel of every sample gets the mean and the
// standard deviation that the style says. With P pixels, μ and σ² the mean and the variance over them:
//   y = scale · h + shift,   h = (x - μ) · r,   r = (σ² + epsilon)^(-1/2)
//   dshift = Σ dy,   dscale = Σ dy · h,   dx = scale · r · (dy - dshift / P - h · dscale / P)
//
//   moments     (mean, Σ (x - mean)²) of each chunk, from differences to its first value, so that no large numbers cancel
//   statistics  (μ, r) from the chunks' moments
//   forward     y
//   sums        (Σ dy, Σ dy · h) of each chunk
//   totals      dshift and dscale
//   backward    dx
//
// Memory: activations [N, P, C]; chunks [N, chunks, C]; per-channel values [N, C]. In `moments` and `sums` one thread walks one
// chunk of one channel, in order, so that sums are the same in every run.

#include linear

struct ChunkParams {
  batch: u32,
  pixels: u32,
  channels: u32,
  chunk: u32,
  epsilon: f32,
}

struct Params {
  batch: u32,
  pixels: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> k: ChunkParams;
@group(0) @binding(1) var<uniform> p: Params;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(4) var<storage, read> parts: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> statistic: array<vec2f>;
@group(0) @binding(6) var<storage, read> meanAndRate: array<vec2f>;
@group(0) @binding(7) var<storage, read> scale: array<f32>;
@group(0) @binding(8) var<storage, read> shift: array<f32>;
@group(0) @binding(9) var<storage, read_write> y: array<f32>;
@group(0) @binding(10) var<storage, read> dy: array<f32>;
@group(0) @binding(11) var<storage, read_write> dscale: array<f32>;
@group(0) @binding(12) var<storage, read_write> dshift: array<f32>;
@group(0) @binding(13) var<storage, read> sumScale: array<f32>;
@group(0) @binding(14) var<storage, read> sumShift: array<f32>;
@group(0) @binding(15) var<storage, read_write> dx: array<f32>;

fn chunks() -> u32 {
  return (k.pixels + k.chunk - 1u) / k.chunk;
}

@compute @workgroup_size(64)
fn moments(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= k.batch * chunks() * k.channels) { return; }
  let c = index % k.channels;
  let n = index / (chunks() * k.channels);
  let first = ((index / k.channels) % chunks()) * k.chunk;
  let end = min(first + k.chunk, k.pixels);
  let origin = x[(n * k.pixels + first) * k.channels + c];
  var sum = 0.0;
  var squares = 0.0;
  for (var pixel = first; pixel < end; pixel++) {
    let d = x[(n * k.pixels + pixel) * k.channels + c] - origin;
    sum += d;
    squares += d * d;
  }
  let count = f32(end - first);
  partial[index] = vec2f(origin + sum / count, max(0.0, squares - sum * sum / count));
}

@compute @workgroup_size(64)
fn statistics(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= k.batch * k.channels) { return; }
  let c = index % k.channels;
  let n = index / k.channels;
  let pixels = f32(k.pixels);
  let origin = parts[n * chunks() * k.channels + c].x;
  var offset = 0.0;
  for (var chunk = 0u; chunk < chunks(); chunk++) {
    let count = f32(min(k.chunk, k.pixels - chunk * k.chunk));
    offset += count * (parts[(n * chunks() + chunk) * k.channels + c].x - origin);
  }
  let mean = origin + offset / pixels;
  var squares = 0.0;
  for (var chunk = 0u; chunk < chunks(); chunk++) {
    let part = parts[(n * chunks() + chunk) * k.channels + c];
    let count = f32(min(k.chunk, k.pixels - chunk * k.chunk));
    squares += part.y + count * (part.x - mean) * (part.x - mean);
  }
  statistic[index] = vec2f(mean, inverseSqrt(squares / pixels + k.epsilon));
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.batch * p.pixels * p.channels) { return; }
  let at = i / (p.pixels * p.channels) * p.channels + i % p.channels;
  let h = (x[i] - meanAndRate[at].x) * meanAndRate[at].y;
  y[i] = scale[at] * h + shift[at];
}

@compute @workgroup_size(64)
fn sums(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= k.batch * chunks() * k.channels) { return; }
  let c = index % k.channels;
  let n = index / (chunks() * k.channels);
  let first = ((index / k.channels) % chunks()) * k.chunk;
  let end = min(first + k.chunk, k.pixels);
  let own = meanAndRate[n * k.channels + c];
  var sum = vec2f(0.0);
  for (var pixel = first; pixel < end; pixel++) {
    let i = (n * k.pixels + pixel) * k.channels + c;
    sum += dy[i] * vec2f(1.0, (x[i] - own.x) * own.y);
  }
  partial[index] = sum;
}

@compute @workgroup_size(64)
fn totals(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= k.batch * k.channels) { return; }
  let c = index % k.channels;
  let n = index / k.channels;
  var sum = vec2f(0.0);
  for (var chunk = 0u; chunk < chunks(); chunk++) { sum += parts[(n * chunks() + chunk) * k.channels + c]; }
  dshift[index] = sum.x;
  dscale[index] = sum.y;
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.batch * p.pixels * p.channels) { return; }
  let at = i / (p.pixels * p.channels) * p.channels + i % p.channels;
  let own = meanAndRate[at];
  let h = (x[i] - own.x) * own.y;
  let pixels = f32(p.pixels);
  dx[i] = scale[at] * own.y * (dy[i] - sumShift[at] / pixels - h * (sumScale[at] / pixels));
}

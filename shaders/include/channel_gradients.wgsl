// What channel_gradients.wgsl says, after value_scalar or value_vec4.

#param OUTS = 3

#include count
#include linear

struct EpilogueParams {
  batch: u32,
  pixels: u32,
  channels: u32, // in Values, as everywhere here
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

struct PointwiseParams {
  batch: u32,
  pixels: u32,
  channels: u32,
  chunk: u32,
  adds: u32, // 1: added to what dx holds
}

struct TotalParams {
  batch: u32,
  chunks: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> e: EpilogueParams;
@group(0) @binding(1) var<uniform> p: PrologueParams;
@group(0) @binding(2) var<uniform> t: TotalParams;
@group(0) @binding(3) var<storage, read_write> flow: array<Value>;
@group(0) @binding(4) var<storage, read> y: array<Value>;
@group(0) @binding(5) var<storage, read> scaleOut: array<Value>;
@group(0) @binding(6) var<storage, read> noise: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<Value>;
@group(0) @binding(8) var<storage, read> x: array<Value>;
@group(0) @binding(9) var<storage, read> scaleIn: array<Value>;
@group(0) @binding(10) var<storage, read_write> partial: array<Value>;
@group(0) @binding(11) var<storage, read> parts: array<Value>;
@group(0) @binding(12) var<storage, read_write> sum: array<Value>;
@group(0) @binding(13) var<storage, read> du: array<f32>;
@group(0) @binding(14) var<storage, read> weight: array<Value>;
@group(0) @binding(15) var<storage, read_write> dx: array<Value>;
@group(0) @binding(16) var<uniform> q: PointwiseParams;

/// The pixels that one thread walks, of one channel of one sample.
struct Walk {
  isThere: bool,
  n: u32,
  c: u32,
  first: u32,
  end: u32,
}

fn walkOf(index: u32, batch: u32, pixels: u32, channels: u32, chunk: u32) -> Walk {
  let chunks = (pixels + chunk - 1u) / chunk;
  let row = index / channels;
  let n = row / chunks;
  let first = (row - n * chunks) * chunk;
  return Walk(n < batch, n, index - row * channels, first, min(first + chunk, pixels));
}

var<workgroup> sums: array<Value, 64>;

@compute @workgroup_size(64)
fn epilogue(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let walk = walkOf(index, e.batch, e.pixels, e.channels, e.chunk);
  if (!walk.isThere) { return; }
  let n = walk.n;
  let c = walk.c;
  let scale = scaleOut[n * e.channels + c];
  let shift = bias[c];
  let high = Value(e.gain);
  let low = Value(e.gain * e.slope);
  var total = Value();
  for (var pixel = walk.first; pixel < walk.end; pixel++) {
    let at = (n * e.pixels + pixel) * e.channels + c;
    let value = y[at];
    let factor = select(high, low, value <= Value());
    let g = select(flow[at] * factor, Value(), abs(value) >= Value(e.limit));
    flow[at] = g * scale;
    var z = value / factor - shift;
    if (e.noiseStrength != 0.0) { z -= e.noiseStrength * noise[pixel]; }
    total += select(g * z, Value(), g == Value()); // a slope of 0 hides z
  }
  partial[index] = total / scale;
}

@compute @workgroup_size(64)
fn prologue(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let walk = walkOf(index, p.batch, p.pixels, p.channels, p.chunk);
  if (!walk.isThere) { return; }
  let n = walk.n;
  let c = walk.c;
  let scale = scaleIn[n * p.channels + c];
  var total = Value();
  for (var pixel = walk.first; pixel < walk.end; pixel++) {
    let at = (n * p.pixels + pixel) * p.channels + c;
    let gradient = flow[at];
    total += gradient * x[at];
    flow[at] = gradient * scale;
  }
  partial[index] = total;
}

@compute @workgroup_size(64)
fn pointwise(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let walk = walkOf(index, q.batch, q.pixels, q.channels, q.chunk);
  if (!walk.isThere) { return; }
  let n = walk.n;
  let c = walk.c;
  let scale = scaleIn[n * q.channels + c];
  #for o in 0..OUTS
  let weight$o = weight[${o}u * q.channels + c];
  #end
  var total = Value();
  for (var pixel = walk.first; pixel < walk.end; pixel++) {
    let outsAt = (n * q.pixels + pixel) * ${OUTS}u;
    let at = (n * q.pixels + pixel) * q.channels + c;
    var gradient = du[outsAt] * weight0;
    #for o in 1..OUTS
    gradient += du[outsAt + ${o}u] * weight$o;
    #end
    total += gradient * x[at];
    var slope = gradient * scale;
    if (q.adds == 1u) { slope += dx[at]; }
    dx[at] = slope;
  }
  partial[index] = total;
}

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= t.batch * t.channels) { return; }
  let n = index / t.channels;
  let first = n * t.chunks * t.channels + index - n * t.channels;
  var value = Value();
  for (var chunk = 0u; chunk < t.chunks; chunk++) { value += parts[first + chunk * t.channels]; }
  sum[index] = value;
}

@compute @workgroup_size(64)
fn total_of_many(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = group.y * t.chunks * t.channels + group.x;
  var value = Value();
  for (var chunk = lane; chunk < t.chunks; chunk += 64u) { value += parts[first + chunk * t.channels]; }
  sums[lane] = value;
  workgroupBarrier();
  for (var half = countOf(32u, groups); half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { sum[group.y * t.channels + group.x] = sums[0]; }
}

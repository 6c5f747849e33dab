// Demodulation coefficients of a modulated convolution with weights W [O, I, K, K] and styles s [N, I]:
//   d[n, o] = (Σ_i s[n, i]² Q[o, i] + epsilon)^(-1/2),   Q[o, i] = Σ_k W[o, i, k]²
// and the gradient  ds[n, i] = sofar[n, i] - s[n, i] Σ_o dd[n, o] d[n, o]³ Q[o, i], added to what others have given s.
// Loads are asked for LOADS at a time: on hardware the few threads would wait for each by itself, with nothing else to do.
// Memory: squares is Q transposed, [I, O], for `forward`, and [O, I] for `backward`: neighbouring threads read neighbours.

#param LOADS = 8

#include linear

struct Params {
  batch: u32,
  inChannels: u32,
  outChannels: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> squares: array<f32>;
@group(0) @binding(2) var<storage, read> s: array<f32>;
@group(0) @binding(3) var<storage, read_write> d: array<f32>;
@group(0) @binding(4) var<storage, read> demodulated: array<f32>;
@group(0) @binding(5) var<storage, read> dd: array<f32>;
@group(0) @binding(6) var<storage, read> sofar: array<f32>;
@group(0) @binding(7) var<storage, read_write> ds: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.outChannels) { return; }
  let o = index % p.outChannels;
  let n = index / p.outChannels;
  var sum = 0.0;
  var i = 0u;
  for (; i + ${LOADS}u <= p.inChannels; i += ${LOADS}u) {
    #for k in 0..LOADS
    let style$k = s[n * p.inChannels + i + ${k}u];
    let square$k = squares[(i + ${k}u) * p.outChannels + o];
    #end
    #for k in 0..LOADS
    sum += style$k * style$k * square$k;
    #end
  }
  for (; i < p.inChannels; i++) {
    let style = s[n * p.inChannels + i];
    sum += style * style * squares[i * p.outChannels + o];
  }
  d[index] = inverseSqrt(sum + p.epsilon);
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.inChannels) { return; }
  let i = index % p.inChannels;
  let n = index / p.inChannels;
  var sum = 0.0;
  var o = 0u;
  for (; o + ${LOADS}u <= p.outChannels; o += ${LOADS}u) {
    #for k in 0..LOADS
    let value$k = demodulated[n * p.outChannels + o + ${k}u];
    let slope$k = dd[n * p.outChannels + o + ${k}u];
    let square$k = squares[(o + ${k}u) * p.inChannels + i];
    #end
    #for k in 0..LOADS
    sum += slope$k * value$k * value$k * value$k * square$k;
    #end
  }
  for (; o < p.outChannels; o++) {
    let at = n * p.outChannels + o;
    let value = demodulated[at];
    sum += dd[at] * value * value * value * squares[o * p.inChannels + i];
  }
  ds[index] = sofar[index] - s[index] * sum;
}

// Adam (Kingma & Ba 2015), with what changes from step to step read from a table at the step counter:
// with g the gradient over the scale of the loss
//   m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²,  parameter -= rate[t] · m / (√v · correction[t] + ε)
// rate[t] = learning rate / (1 - β1^(t+1)) and correction[t] = (1 - β2^(t+1))^(-1/2), made in float64.
// Memory: schedule [steps, 2] = (rate, correction); past its end the last entry holds. counter [1].

#include linear

struct Params {
  count: u32,
  steps: u32,
  beta1: f32,
  beta2: f32,
  rest1: f32, // 1 - β1 and 1 - β2, made in float64: 1 - 0.999 in float32 is off by 1e-5
  rest2: f32,
  epsilon: f32,
  unscale: f32, // 1 / scale of the loss
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;
@group(0) @binding(5) var<storage, read> schedule: array<f32>;
@group(0) @binding(6) var<storage, read> counter: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i >= p.count) { return; }
  let step = min(counter[0], p.steps - 1u);
  let g = gradient[i] * p.unscale;
  let first = p.beta1 * m[i] + p.rest1 * g;
  let second = p.beta2 * v[i] + p.rest2 * g * g;
  m[i] = first;
  v[i] = second;
  parameter[i] -= schedule[2u * step] * first / (sqrt(second) * schedule[2u * step + 1u] + p.epsilon);
}

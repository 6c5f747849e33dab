// The most multiply-adds that an adapter makes: CHAINS sums a thread that do not wait for each other, LENGTH steps of each
// written out, the whole `rounds` times. A short body is bound by its loop, so the body is lengthened until that no longer
// makes it faster (src/engine/measure/ceilings.ts).
//   s_c ← s_c · factor + step, from s_c = c;  y[thread] = Σ_c s_c after rounds · LENGTH steps
// Memory: y [count]. A thread each.

#param LENGTH = 16
#param CHAINS = 8

#include linear

struct Params {
  count: u32,
  rounds: u32,
  factor: f32,
  step: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  #for c in 0..CHAINS
  var s$c = ${c}.0;
  #end
  let factor = p.factor;
  let step = p.step;
  for (var round = 0u; round < p.rounds; round++) {
    #for l in 0..LENGTH
    #for c in 0..CHAINS
    s$c = fma(s$c, factor, step);
    #end
    #end
  }
  var sum = 0.0;
  #for c in 0..CHAINS
  sum += s$c;
  #end
  if (i < p.count) {
    y[i] = sum;
  }
}

// What a step leaves behind for the host, so that nothing is read back inside one.
//   record   ring[counter % capacity, column + k · count + n] = value_k[n] for up to six values of one size, `values` of them
//   advance  counter += 1, at the end of a step
// Memory: value_k [count]; ring [capacity, width]; counter [1]. Whatever is bound for values that are not there is not read.

#include linear

struct Params {
  count: u32,
  values: u32,
  column: u32,
  width: u32,
  capacity: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> value0: array<f32>;
@group(0) @binding(2) var<storage, read> value1: array<f32>;
@group(0) @binding(3) var<storage, read> value2: array<f32>;
@group(0) @binding(4) var<storage, read> value3: array<f32>;
@group(0) @binding(5) var<storage, read> value4: array<f32>;
@group(0) @binding(6) var<storage, read> value5: array<f32>;
@group(0) @binding(7) var<storage, read> step: array<u32>;
@group(0) @binding(8) var<storage, read_write> ring: array<f32>;
@group(0) @binding(9) var<storage, read_write> counter: array<u32>;

@compute @workgroup_size(64)
fn record(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = linearIndex(thread, groups);
  if (n >= p.count) { return; }
  let at = (step[0] % p.capacity) * p.width + p.column + n;
  ring[at] = value0[n];
  if (p.values > 1u) { ring[at + p.count] = value1[n]; }
  if (p.values > 2u) { ring[at + 2u * p.count] = value2[n]; }
  if (p.values > 3u) { ring[at + 3u * p.count] = value3[n]; }
  if (p.values > 4u) { ring[at + 4u * p.count] = value4[n]; }
  if (p.values > 5u) { ring[at + 5u * p.count] = value5[n]; }
}

@compute @workgroup_size(1)
fn advance() {
  counter[0] += 1u;
}

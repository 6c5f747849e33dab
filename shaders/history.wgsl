// What a step leaves behind for the host, so that nothing is read back inside one.
//   record   ring[counter % capacity, column + n] = value[n]
//   advance  counter += 1, at the end of a step
// Memory: value [count]; ring [capacity, width]; counter [1].

#include linear

struct Params {
  count: u32,
  column: u32,
  width: u32,
  capacity: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> value: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<u32>;
@group(0) @binding(3) var<storage, read_write> ring: array<f32>;
@group(0) @binding(4) var<storage, read_write> counter: array<u32>;

@compute @workgroup_size(64)
fn record(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index < p.count) { ring[(step[0] % p.capacity) * p.width + p.column + index] = value[index]; }
}

@compute @workgroup_size(1)
fn advance() {
  counter[0] += 1u;
}

// y[i] = a[i], 16 bytes a thread: how fast a kernel can move memory, and nothing else.
// Memory: a, y [count] of vec4.

#include linear

struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < p.count) {
    y[i] = a[i];
  }
}

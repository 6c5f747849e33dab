// y[i] = a[i] for i < count, zero for count <= i < padded: fills the room up to the next view, too.

#include linear

struct Params {
  count: u32,
  padded: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linearIndex(thread, groups);
  if (i < p.count) {
    y[i] = a[i];
  } else if (i < p.padded) {
    y[i] = 0.0;
  }
}

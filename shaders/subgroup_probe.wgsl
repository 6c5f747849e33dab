// Is a workgroup of LANES threads one subgroup of LANES lanes? Adapters tell the size of a subgroup, but not whether a
// workgroup of as many threads fills one; the subgroup kernels rest on it, so it is tried once before they are used.
//   found[thread] = 1 where the subgroup has LANES lanes, the thread's own number among them is one of 0 … LANES - 1 and
//                   every lane receives what each of the others broadcasts; 0 elsewhere
// Memory: found [LANES]. One workgroup.

enable subgroups;

#param LANES = 8

@group(0) @binding(0) var<storage, read_write> found: array<u32>;

@compute @workgroup_size($LANES)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_size) lanes: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  // Numbers from 1, so that a lane that is not there, and sends 0, is missed.
  var sum = 0u;
  var right = lanes == ${LANES}u && lane < ${LANES}u;
  #for l in 0..LANES
  let sent$l = subgroupBroadcast(thread + 1u, ${l}u);
  sum += sent$l;
  if (lane == ${l}u) { right = right && sent$l == thread + 1u; }
  #end
  found[thread] = select(0u, 1u, right && sum == ${LANES * LANES + LANES}u / 2u);
}

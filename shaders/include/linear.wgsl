// The index of a thread in a grid of `linearGrid` (src/engine/launch.ts): workgroups of 64 along x, and where 65,535 of them
// do not suffice, several rows of those. Whoever asks has yet to check that the index is not past the end.

fn linearIndex(thread: vec3u, groups: vec3u) -> u32 {
  return thread.y * groups.x * 64u + thread.x;
}

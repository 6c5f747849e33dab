// For loops that software adapters had better keep.

/// `count`, as a number that no compiler knows: drivers unroll a loop that they can count, and then are three times as long at compiling it.
fn countOf(count: u32, groups: vec3u) -> u32 {
  return count * min(groups.x, 1u);
}

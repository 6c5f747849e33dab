// What the transforms of a Winograd convolution share.

/// `bound` as a compiler cannot know it, so that it does not unroll the loop.
fn unknownBound(bound: i32) -> i32 {
  return select(bound, 0, p.tilesX == 0u);
}

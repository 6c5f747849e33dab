// Winograd convolution, first of three: V = Bᵀ (scaleIn · d) B for every tile of a part of x and every channel; d are the SEEN by
// SEEN pixels of x (zero outside of it) that the tile's TILE by TILE outputs depend on, STEP from one tile to the next, V the PLACES by
// PLACES numbers that are multiplied. The part is some images, and of these some rows of tiles; scratch memory holds one part.
//
// One thread makes one tile of one channel.
//
// Memory: x [N, H, W, I]; scaleIn [N, I]; v [PLACES², ⌈images·rows·tilesX / BLOCK⌉, ⌈I/4⌉, BLOCK, 4], filled up with channels of
// zero. (With tiles in blocks the lanes of a subgroup load what lies side by side.)

alias Value = f32;

@group(0) @binding(1) var<storage, read> x: array<f32>;

fn inputAt(at: u32) -> f32 {
  return x[at];
}

#include winograd_input

/// Where a channel of a tile stands in a place of v.
fn valueAt(tile: u32, c: u32) -> u32 {
  return 4u * fourAt(tile, c / 4u, p.width / 4u) + c % 4u;
}

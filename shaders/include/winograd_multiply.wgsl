// What the multiplying kernels of a Winograd convolution share. What is a pixel to those of a direct one is a tile here.

#include stored

struct Params {
  tiles: u32,
  depth: u32, // input channels in fours
  outChannels: u32,
  places: u32, // of a tile along an axis
  weights: u32, // along an axis, fewer where the last places have the same
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(3) var<storage, read_write> m: array<Stored$STORED>;

/// The number of the weights that place `k` is multiplied by.
fn weightsOf(k: u32) -> u32 {
  let row = k / p.places;
  let column = k - row * p.places;
  return min(row, p.weights - 1u) * p.weights + min(column, p.weights - 1u);
}

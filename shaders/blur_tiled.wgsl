// The FIR with register tiles: blur.wgsl's mathematics, memory, bindings and parameters, for channels in fours.
//
// A thread makes PIXELS columns by ROWS rows of y, four channels deep. It walks down the rows of x, filters each along x as
// it comes, and keeps the last four that way, so that every input is loaded once a tile (and those at its rim again by the
// neighbours). Neighbouring threads have neighbouring channels.

#include blur

alias Value = vec4f;

@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn inputAt(at: u32) -> vec4f {
  return x[at];
}

#include blur_tiled

// Pooling over windows of size x size whose corners lie `stride` apart; no padding, incomplete windows are dropped.
//   average           y[n, oy, ox, c] = Σ_{a, b} x[n, stride·oy + a, stride·ox + b, c] / size²
//   average_gradient  dx[i] = Σ dy / size²  over the windows that hold i
//   maximum           y[n, oy, ox, c] = max_{a, b} x[n, stride·oy + a, stride·ox + b, c]
//   maximum_gradient  dx[i] = Σ dy  over the windows whose first maximum, in row-major order, is i
// One thread makes one element; gradients gather, so overlapping windows are summed in a fixed order.
//   maximum_gradient_apart  the same where windows do not overlap, stride >= size: one thread goes over one cell of
//                           stride x stride inputs, which holds one window, or at the lower and right rim none
// With `adds` gradients of maxima are added to what dx holds.
// Memory: x, dx [N, H, W, C]; y, dy [N, OH, OW, C].

#include value_scalar
#include pooling

/// Whether a position of the window at (oy, ox) that comes before (iy, ix) holds `value` too.
fn isEarlier(value: f32, i: Place, oy: u32, ox: u32) -> bool {
  for (var a = p.stride * oy; a <= i.row; a++) {
    let end = select(p.stride * ox + p.size, i.column, a == i.row);
    for (var b = p.stride * ox; b < end; b++) {
      if (x[inAt(i.n, a, b, i.c)] == value) { return true; }
    }
  }
  return false;
}

@compute @workgroup_size(64)
fn maximum_gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.inHeight * p.inWidth * p.channels) { return; }
  let i = placeOf(index, p.inHeight, p.inWidth, p.channels);
  let value = x[index];
  var sum = 0.0;
  for (var oy = firstWindow(i.row); oy <= i.row / p.stride && oy < p.outHeight; oy++) {
    for (var ox = firstWindow(i.column); ox <= i.column / p.stride && ox < p.outWidth; ox++) {
      let at = outAt(i.n, oy, ox, i.c);
      if (value == maxima[at] && !isEarlier(value, i, oy, ox)) { sum += dy[at]; }
    }
  }
  if (p.adds == 1u) { sum += dx[index]; }
  dx[index] = sum;
}

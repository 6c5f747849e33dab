// Pooling over windows of size x size whose corners lie `stride` apart; no padding, incomplete windows are dropped.
//   average           y[n, oy, ox, c] = Σ_{a, b} x[n, stride·oy + a, stride·ox + b, c] / size²
//   average_gradient  dx[i] = Σ dy / size²  over the windows that hold i
//   maximum           y[n, oy, ox, c] = max_{a, b} x[n, stride·oy + a, stride·ox + b, c]
//   maximum_gradient  dx[i] = Σ dy  over the windows whose first maximum, in row-major order, is i
// One thread makes one element; gradients gather, so overlapping windows are summed in a fixed order.
//   maximum_gradient_apart  the same where windows do not overlap, stride >= size: one thread goes over one cell of
//                           stride x stride inputs, which holds one window, or at the lower and right rim none
// Memory: x, dx [N, H, W, C]; y, dy [N, OH, OW, C].

#include linear
#include place

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  outHeight: u32,
  outWidth: u32,
  channels: u32,
  size: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> maxima: array<f32>; // y of `maximum`
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

fn inAt(n: u32, row: u32, column: u32, c: u32) -> u32 {
  return ((n * p.inHeight + row) * p.inWidth + column) * p.channels + c;
}

fn outAt(n: u32, row: u32, column: u32, c: u32) -> u32 {
  return ((n * p.outHeight + row) * p.outWidth + column) * p.channels + c;
}

/// The first window, along one axis, that holds input `i`.
fn firstWindow(i: u32) -> u32 {
  return select(0u, (i - p.size) / p.stride + 1u, i >= p.size);
}

@compute @workgroup_size(64)
fn average(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.outHeight * p.outWidth * p.channels) { return; }
  let o = placeOf(index, p.outHeight, p.outWidth, p.channels);
  var sum = 0.0;
  for (var a = 0u; a < p.size; a++) {
    for (var b = 0u; b < p.size; b++) { sum += x[inAt(o.n, p.stride * o.row + a, p.stride * o.column + b, o.c)]; }
  }
  y[index] = sum / f32(p.size * p.size);
}

@compute @workgroup_size(64)
fn average_gradient(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.inHeight * p.inWidth * p.channels) { return; }
  let i = placeOf(index, p.inHeight, p.inWidth, p.channels);
  var sum = 0.0;
  for (var oy = firstWindow(i.row); oy <= i.row / p.stride && oy < p.outHeight; oy++) {
    for (var ox = firstWindow(i.column); ox <= i.column / p.stride && ox < p.outWidth; ox++) {
      sum += dy[outAt(i.n, oy, ox, i.c)];
    }
  }
  dx[index] = sum / f32(p.size * p.size);
}

@compute @workgroup_size(64)
fn maximum(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.batch * p.outHeight * p.outWidth * p.channels) { return; }
  let o = placeOf(index, p.outHeight, p.outWidth, p.channels);
  var largest = x[inAt(o.n, p.stride * o.row, p.stride * o.column, o.c)];
  for (var a = 0u; a < p.size; a++) {
    for (var b = 0u; b < p.size; b++) {
      largest = max(largest, x[inAt(o.n, p.stride * o.row + a, p.stride * o.column + b, o.c)]);
    }
  }
  y[index] = largest;
}

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
  dx[index] = sum;
}

@compute @workgroup_size(64)
fn maximum_gradient_apart(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let height = (p.inHeight + p.stride - 1u) / p.stride;
  let width = (p.inWidth + p.stride - 1u) / p.stride;
  if (index >= p.batch * height * width * p.channels) { return; }
  let cell = placeOf(index, height, width, p.channels);
  let hasWindow = cell.row < p.outHeight && cell.column < p.outWidth;
  let window = select(0u, outAt(cell.n, cell.row, cell.column, cell.c), hasWindow);
  let largest = maxima[window];
  let gradient = dy[window];
  var open = hasWindow; // its maximum has not come yet
  for (var a = 0u; a < min(p.stride, p.inHeight - p.stride * cell.row); a++) {
    for (var b = 0u; b < min(p.stride, p.inWidth - p.stride * cell.column); b++) {
      let at = inAt(cell.n, p.stride * cell.row + a, p.stride * cell.column + b, cell.c);
      let isFirst = open && a < p.size && b < p.size && x[at] == largest;
      dx[at] = select(0.0, gradient, isFirst);
      open = open && !isFirst;
    }
  }
}

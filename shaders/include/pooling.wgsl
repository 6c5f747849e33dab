// What pooling.wgsl says of all but `maximum_gradient`, after value_scalar or value_vec4.

#include linear
#include place

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  outHeight: u32,
  outWidth: u32,
  channels: u32, // in Values
  size: u32,
  stride: u32,
  adds: u32, // 1: gradients of maxima are added to dx
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<storage, read> maxima: array<Value>; // y of `maximum`
@group(0) @binding(4) var<storage, read> dy: array<Value>;
@group(0) @binding(5) var<storage, read_write> dx: array<Value>;

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
  var sum = Value();
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
  var sum = Value();
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
  var open = Flags(hasWindow); // its maximum has not come yet
  for (var a = 0u; a < min(p.stride, p.inHeight - p.stride * cell.row); a++) {
    for (var b = 0u; b < min(p.stride, p.inWidth - p.stride * cell.column); b++) {
      let at = inAt(cell.n, p.stride * cell.row + a, p.stride * cell.column + b, cell.c);
      let isFirst = open & Flags(a < p.size && b < p.size) & (x[at] == largest);
      var value = select(Value(), gradient, isFirst);
      if (p.adds == 1u) { value += dx[at]; }
      dx[at] = value;
      open = open & !isFirst;
    }
  }
}

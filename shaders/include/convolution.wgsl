// What the kernels of the convolution family share: parameters, bindings, geometry and the epilogue.
// A kernel says `alias Value = …` for the elements of scaleIn, f32 or vec4f, and declares x and weight, bindings 1 and 2.
// The mathematics, the memory and the words used here stand in conv.wgsl.

#include act
#include linear
#include stored

struct Params {
  firstImage: u32, // and `batch` of them
  batch: u32,
  splits: u32, // parts of the sums over input channels; with more than one, y holds the sums of all images for each part
  splitImages: u32, // from a part to the next
  inHeight: u32,
  inWidth: u32,
  inChannels: u32,
  skipped: u32, // Values of the whole array before the first of x
  outHeight: u32,
  outWidth: u32,
  outChannels: u32,
  kernelSize: u32,
  phaseHeight: u32, // outputs of this phase
  phaseWidth: u32,
  tapsY: u32,
  tapsX: u32,
  kStartY: u32,
  kStartX: u32,
  kStep: u32,
  inStride: u32,
  inStartY: i32,
  inStartX: i32,
  tapStep: i32,
  outStride: u32,
  outStartY: u32,
  outStartX: u32,
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(3) var<storage, read> scaleIn: array<Value>;
@group(0) @binding(4) var<storage, read> scaleOut: array<Stored$STORED>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> bias: array<Stored$STORED>;
@group(0) @binding(7) var<storage, read_write> y: array<Stored$STORED>;

/// Column and row of output pixel `q` of this phase. One division, which costs on software adapters as much as loads do.
fn placeOf(q: u32) -> vec2u {
  let row = q / p.phaseWidth;
  return vec2u(q - row * p.phaseWidth, row);
}

/// The pixel after that at `place`.
fn placeAfter(place: vec2u) -> vec2u {
  return select(vec2u(place.x + 1u, place.y), vec2u(0u, place.y + 1u), place.x + 1u == p.phaseWidth);
}

/// Column and row of the input that output pixel `q` of this phase meets at tap (0, 0); it may lie outside of x.
fn cornerOf(q: u32) -> vec2i {
  return vec2i(p.inStride * placeOf(q)) + vec2i(p.inStartX, p.inStartY);
}

/// Column and row of the input at tap (tx, ty).
fn inputAt(corner: vec2i, tx: u32, ty: u32) -> vec2i {
  return corner + p.tapStep * vec2i(i32(tx), i32(ty));
}

fn isInside(input: vec2i) -> bool {
  return all(input >= vec2i(0)) && all(input < vec2i(i32(p.inWidth), i32(p.inHeight)));
}

/// An input pixel's number in x.
fn pixelOf(n: u32, input: vec2i) -> u32 {
  return (n * p.inHeight + u32(input.y)) * p.inWidth + u32(input.x);
}

/// The kernel's pixel at tap (tx, ty), in row-major order.
fn kernelAt(tx: u32, ty: u32) -> u32 {
  return (p.kStartY + p.kStep * ty) * p.kernelSize + p.kStartX + p.kStep * tx;
}

fn activated1(z: f32) -> f32 {
  return act(z, p.slope, p.gain, p.limit);
}

fn activated2(z: vec2f) -> vec2f {
  return vec2f(activated1(z.x), activated1(z.y));
}

fn activated4(z: vec4f) -> vec4f {
  return act4(z, p.slope, p.gain, p.limit);
}

/// y at the output pixel of this phase at `place`, its `o`-th element, from the sum, its scale and its bias.
fn store(n: u32, place: vec2u, o: u32, sum: Stored$STORED, scale: Stored$STORED, shift: Stored$STORED) {
  let at = (p.outStride * place.y + p.outStartY) * p.outWidth + p.outStride * place.x + p.outStartX;
  var z = sum * scale + shift;
  if (p.noiseStrength != 0.0 && p.splits == 1u) { z += p.noiseStrength * noise[at]; }
  y[(n * p.outHeight * p.outWidth + at) * outputs() + o] = select(activated$STORED(z), sum, p.splits > 1u);
}

// What the kernels of the blur family share. A kernel says `alias Value = …` for the elements of the arrays over channels:
// f32, or vec4f where it takes channels in fours, and declares x, binding 1. The mathematics and the memory stand in blur.wgsl.

#include act
#include linear
#include place

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  outHeight: u32,
  outWidth: u32,
  channels: u32,
  padding: u32, // columns of zeros on the left
  rows: u32, // of y to make, from row outFirst on
  outFirst: u32,
  skipped: u32, // Values of the whole array before the first of x
  inFirst: i32, // the row of x under the filter's first tap at row outFirst of y
  noiseStrength: f32,
  slope: f32,
  gain: f32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(2) var<storage, read> scaleOut: array<Value>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<Value>;
@group(0) @binding(5) var<storage, read_write> y: array<Value>;

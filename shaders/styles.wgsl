// All styles of a generator at once: every layer's affine map of its row of the code.
//   style[e] = Σ_d affine[j, d] · code[c, d] + bias[j]      c = codeOf[e] (sample · rows + row), j = channelOf[e]
// `style` is a list of blocks, one a layer, [N, channels] each, padded to the alignment of views; codeOf is -1 in the padding.
//   dcode[c, d] = Σ_runs Σ_k affine[j + k, d] · dstyle[e + k]      a run: (e, j, length), `maxRuns` for each row c
// Loads are asked for LOADS at a time, as in demodulation.wgsl.
// Memory: code [N · rows, width]; affine is [width, channels] in `forward` and [channels, width] in `backward`.

#param LOADS = 8

#include linear

struct Params {
  elements: u32, // of style
  channels: u32, // of all layers together
  width: u32,
  codes: u32, // N · rows
  maxRuns: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> affine: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> code: array<f32>;
@group(0) @binding(4) var<storage, read> codeOf: array<f32>;
@group(0) @binding(5) var<storage, read> channelOf: array<f32>;
@group(0) @binding(6) var<storage, read_write> style: array<f32>;
@group(0) @binding(7) var<storage, read> runs: array<f32>;
@group(0) @binding(8) var<storage, read> dstyle: array<f32>;
@group(0) @binding(9) var<storage, read_write> dcode: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linearIndex(thread, groups);
  if (at >= p.elements) { return; }
  if (codeOf[at] < 0.0) {
    style[at] = 0.0;
    return;
  }
  let row = u32(codeOf[at]);
  let j = u32(channelOf[at]);
  var sum = bias[j];
  var d = 0u;
  for (; d + ${LOADS}u <= p.width; d += ${LOADS}u) {
    #for k in 0..LOADS
    let weight$k = affine[(d + ${k}u) * p.channels + j];
    let value$k = code[row * p.width + d + ${k}u];
    #end
    #for k in 0..LOADS
    sum += weight$k * value$k;
    #end
  }
  for (; d < p.width; d++) { sum += affine[d * p.channels + j] * code[row * p.width + d]; }
  style[at] = sum;
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  if (index >= p.codes * p.width) { return; }
  let d = index % p.width;
  let row = index / p.width;
  var sum = 0.0;
  for (var run = 0u; run < p.maxRuns; run++) {
    let at = 3u * (row * p.maxRuns + run);
    let element = u32(runs[at]);
    let j = u32(runs[at + 1u]);
    let length = u32(runs[at + 2u]);
    var k = 0u;
    for (; k + ${LOADS}u <= length; k += ${LOADS}u) {
      #for l in 0..LOADS
      let weight$l = affine[(j + k + ${l}u) * p.width + d];
      let slope$l = dstyle[element + k + ${l}u];
      #end
      #for l in 0..LOADS
      sum += weight$l * slope$l;
      #end
    }
    for (; k < length; k++) {
      sum += affine[(j + k) * p.width + d] * dstyle[element + k];
    }
  }
  dcode[index] = sum;
}

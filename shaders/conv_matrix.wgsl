// Convolution on matrix units: conv.wgsl's mathematics, bindings and parameters, for input channels in fours, with the operands of
// the products, v and the weights, rounded to half precision. Sums are of single precision.
//
// An implicit matrix product, [pixels, input channels] by [input channels, output channels]: a workgroup of four subgroups makes 64 output
// pixels (in the order of the phase) by 64 output channels, each subgroup 32 by 32 of them as matrices of M by N. For one kernel tap and
// 32 input channels the threads put their pixels (scaled, zero outside of x) and weights into workgroup memory once; each is then read by
// two subgroups. Sums go through workgroup memory, M by N at a time, to the epilogue. 10 KiB and 16·M·N bytes of workgroup memory.
//
// A v or a weight beyond 65,504 is infinite, and so soon is the loss, and below 6e-5 loses digits: gradients want a scaled loss (autograd/gradients.ts).
//
// Memory: as conv.wgsl, but weight [K, K, I/4, O, 4].

enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

#param LANES = 32
#param M = 16
#param N = 16
#param K = 16

#include convolution
#include channels_in_fours

alias Pixels = subgroup_matrix_left<f16, $K, $M>;
alias Weights = subgroup_matrix_right<f16, $N, $K>;
alias Sums = subgroup_matrix_result<f32, $N, $M>;

/// 64 rows of eight fours of input channels, and of two more, by which neighbouring rows lie in different banks.
const ROW = 10u;
var<workgroup> sharedX: array<vec4h, 640>; // a row for each pixel
var<workgroup> sharedWeight: array<vec4h, 640>; // and for each output channel
var<workgroup> sharedSums: array<f32, ${4 * M * N}>;

@compute @workgroup_size(${4 * LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let split = group.z % p.splits;
  let rows = groups.z / p.splits / p.batch; // of groups.y tiles each
  let n = p.firstImage + group.z / p.splits / rows;
  let tilePixel = (group.z / p.splits % rows * groups.y + group.y) * 64u;
  let tileChannel = group.x * 64u;
  let minePixel = subgroup / 2u * 32u;
  let mineChannel = subgroup % 2u * 32u;
  let pixels = p.phaseHeight * p.phaseWidth;
  let depth = depthOf();
  let each = (depth + 8u * p.splits - 1u) / (8u * p.splits) * 8u;
  let splitEnd = min(depth, (split + 1u) * each);

  // Eight threads load what lies side by side of a pixel, and neighbours the weights of neighbouring output channels.
  #for g in 0..128/LANES
  let pixel$g = ${LANES / 2 * g}u + thread / 8u;
  let corner$g = cornerOf(min(tilePixel + pixel$g, pixels - 1u));
  let channel$g = (${4 * LANES * g}u + thread) % 64u;
  let four$g = (${4 * LANES * g}u + thread) / 64u;
  #end
  #for r in 0..32/M
  #for c in 0..32/N
  var sum${r}_$c = Sums();
  #end
  #end

  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      #for g in 0..128/LANES
      let input$g = inputAt(corner$g, tx, ty);
      let inside$g = isInside(input$g);
      let at$g = select(0u, baseOf(pixelOf(n, input$g)), inside$g);
      #end
      let firstWeight = kernelAt(tx, ty) * depth;
      for (var first = split * each; first < splitEnd; first += 8u) {
        let mine = first + thread % 8u;
        let loaded = min(mine, depth - 1u);
        let scale = scalesOf(n, loaded);
        #for g in 0..128/LANES
        sharedX[pixel$g * ROW + thread % 8u] =
          vec4h(select(vec4f(), scale * fourOf(at$g, loaded), inside$g && mine < depth));
        sharedWeight[channel$g * ROW + four$g] = vec4h(
          fourWeights((firstWeight + min(first + four$g, depth - 1u)) * p.outChannels + min(tileChannel + channel$g, p.outChannels - 1u)),
        );
        #end
        workgroupBarrier();
        #for k in 0..32/K
        {
          #for r in 0..32/M
          let v$r = subgroupMatrixLoad<Pixels, row_major>(&sharedX, (minePixel + ${M * r}u) * ROW + ${K * k / 4}u, ROW);
          #end
          #for c in 0..32/N
          let w$c = subgroupMatrixLoad<Weights, col_major>(&sharedWeight, (mineChannel + ${N * c}u) * ROW + ${K * k / 4}u, ROW);
          #end
          #for r in 0..32/M
          #for c in 0..32/N
          sum${r}_$c = subgroupMatrixMultiplyAccumulate(v$r, w$c, sum${r}_$c);
          #end
          #end
        }
        #end
        workgroupBarrier();
      }
    }
  }

  let toImage = n + split * p.splitImages;
  let firstSum = subgroup * ${M * N}u;
  #for r in 0..32/M
  #for c in 0..32/N
  subgroupMatrixStore<row_major>(&sharedSums, firstSum, sum${r}_$c, ${N}u);
  workgroupBarrier();
  for (var i = lane; i < ${M * N}u; i += ${LANES}u) {
    let q = tilePixel + minePixel + ${M * r}u + i / ${N}u;
    let o = tileChannel + mineChannel + ${N * c}u + i % ${N}u;
    if (q < pixels && o < p.outChannels) {
      store(toImage, placeOf(q), o, sharedSums[firstSum + i], scaleOut[n * p.outChannels + o], bias[o]);
    }
  }
  workgroupBarrier();
  #end
  #end
}

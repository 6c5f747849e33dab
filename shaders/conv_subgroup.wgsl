// Convolution with subgroups: conv.wgsl's mathematics, bindings and parameters, for input channels in fours.
//
// A workgroup is one subgroup. It makes a tile of LANES·LOADS output pixels (in the order of the phase) by LANES·CHANNELS
// output channels: each lane has CHANNELS channels and all the pixels, its sums in registers. For one kernel tap and four
// input channels a lane loads one vec4 of weights for each of its channels and one vec4 of x for each of LOADS pixels, and
// subgroupBroadcast hands the pixels round, which costs next to nothing where a load costs much (on software adapters a
// load at an index that varies is a gather with bounds checks). Lanes are told apart by subgroup_invocation_id alone, so
// the order of lanes in the workgroup does not matter; that the workgroup is one subgroup of LANES lanes, does.
//
// Memory: as conv.wgsl, but weight [K, K, I/4, O, 4].

enable subgroups;

#param LANES = 8
#param LOADS = 4
#param CHANNELS = 4

struct Params {
  batch: u32,
  inHeight: u32,
  inWidth: u32,
  inChannels: u32,
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
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> scaleIn: array<vec4f>;
@group(0) @binding(4) var<storage, read> scaleOut: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

@compute @workgroup_size($LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let rows = groups.z / p.batch; // of groups.y tiles each
  let n = group.z / rows;
  let firstPixel = (group.z % rows * groups.y + group.y) * ${LANES * LOADS}u;
  let firstChannel = group.x * ${LANES * CHANNELS}u + lane;
  let pixels = p.phaseHeight * p.phaseWidth;
  let depth = p.inChannels / 4u;

  #for g in 0..LOADS
  let q$g = min(firstPixel + ${g * LANES}u + lane, pixels - 1u);
  let y$g = i32(p.inStride * (q$g / p.phaseWidth)) + p.inStartY;
  let x$g = i32(p.inStride * (q$g % p.phaseWidth)) + p.inStartX;
  #end
  #for c in 0..CHANNELS
  let o$c = min(firstChannel + ${c * LANES}u, p.outChannels - 1u);
  #for j in 0..LANES*LOADS
  var sum${c}_$j = 0.0;
  #end
  #end

  for (var ty = 0u; ty < p.tapsY; ty++) {
    for (var tx = 0u; tx < p.tapsX; tx++) {
      #for g in 0..LOADS
      let iy$g = y$g + p.tapStep * i32(ty);
      let ix$g = x$g + p.tapStep * i32(tx);
      let inside$g = iy$g >= 0 && iy$g < i32(p.inHeight) && ix$g >= 0 && ix$g < i32(p.inWidth);
      let at$g = select(0u, ((n * p.inHeight + u32(iy$g)) * p.inWidth + u32(ix$g)) * depth, inside$g);
      #end
      let k = (p.kStartY + p.kStep * ty) * p.kernelSize + p.kStartX + p.kStep * tx;
      for (var i = 0u; i < depth; i++) {
        let scale = scaleIn[n * depth + i];
        #for g in 0..LOADS
        let v$g = select(vec4f(), scale * x[at$g + i], inside$g);
        #end
        let row = (k * depth + i) * p.outChannels;
        #for c in 0..CHANNELS
        let w$c = weight[row + o$c];
        #end
        #for g in 0..LOADS
        #for l in 0..LANES
        let v${g}_$l = subgroupBroadcast(v$g, ${l}u);
        #for c in 0..CHANNELS
        sum${c}_${g * LANES + l} = fma(v${g}_$l.x, w$c.x, sum${c}_${g * LANES + l});
        sum${c}_${g * LANES + l} = fma(v${g}_$l.y, w$c.y, sum${c}_${g * LANES + l});
        sum${c}_${g * LANES + l} = fma(v${g}_$l.z, w$c.z, sum${c}_${g * LANES + l});
        sum${c}_${g * LANES + l} = fma(v${g}_$l.w, w$c.w, sum${c}_${g * LANES + l});
        #end
        #end
        #end
      }
    }
  }

  var sums = array<f32, ${LANES * LOADS * CHANNELS}>(
    #for c in 0..CHANNELS
    #for j in 0..LANES*LOADS
    sum${c}_$j,
    #end
    #end
  );
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    let o = firstChannel + c * ${LANES}u;
    if (o >= p.outChannels) { break; }
    let scale = scaleOut[n * p.outChannels + o];
    for (var j = 0u; j < ${LANES * LOADS}u; j++) {
      let q = firstPixel + j;
      if (q >= pixels) { break; }
      let oy = p.outStride * (q / p.phaseWidth) + p.outStartY;
      let ox = p.outStride * (q % p.phaseWidth) + p.outStartX;
      let at = oy * p.outWidth + ox;
      var z = sums[c * ${LANES * LOADS}u + j] * scale + bias[o];
      if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[at]; }
      let activated = p.gain * select(z, p.slope * z, z < 0.0);
      y[(n * p.outHeight * p.outWidth + at) * p.outChannels + o] = clamp(activated, -p.limit, p.limit);
    }
  }
}

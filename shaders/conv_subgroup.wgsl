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

#include convolution

alias Value = vec4f;

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
  let corner$g = cornerOf(q$g);
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
      let input$g = inputAt(corner$g, tx, ty);
      let inside$g = isInside(input$g);
      let at$g = select(0u, pixelOf(n, input$g) * depth, inside$g);
      #end
      let k = kernelAt(tx, ty);
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
    let shift = bias[o];
    for (var j = 0u; j < ${LANES * LOADS}u; j++) {
      let q = firstPixel + j;
      if (q >= pixels) { break; }
      store(n, q, o, sums[c * ${LANES * LOADS}u + j], scale, shift);
    }
  }
}

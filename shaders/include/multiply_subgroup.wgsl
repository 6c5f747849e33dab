// The products of PIXELS by LANES·CHANNELS sums for four input channels, with subgroups: vG is the G-th vec4 of pixels that a lane
// holds, wC that of the weights of its C-th channel. All of a sum's products stand together, so that it is read and written once.
#for g in 0..PIXELS/LANES
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

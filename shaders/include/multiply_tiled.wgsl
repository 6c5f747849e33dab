// The products of PIXELS by CHANNELS sums for four input channels: vJ of the J-th pixel, wC of the C-th channel.
#for c in 0..CHANNELS
#for j in 0..PIXELS
sum${c}_$j = fma(v$j.x, w$c.x, sum${c}_$j);
sum${c}_$j = fma(v$j.y, w$c.y, sum${c}_$j);
sum${c}_$j = fma(v$j.z, w$c.z, sum${c}_$j);
sum${c}_$j = fma(v$j.w, w$c.w, sum${c}_$j);
#end
#end

// PIXELS by CHANNELS sums in registers, sumC_J, as an array of fours of pixels. What stores them goes through it in a loop: with
// every store written out a software adapter compiles for a minute and more. Bounds that a compiler knows would let it unroll.
  var sums = array<vec4f, ${PIXELS * CHANNELS / 4}>(
    #for c in 0..CHANNELS
    #for g in 0..PIXELS/4
    vec4f(sum${c}_${4 * g}, sum${c}_${4 * g + 1}, sum${c}_${4 * g + 2}, sum${c}_${4 * g + 3}),
    #end
    #end
  );

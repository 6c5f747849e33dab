// The end of a convolution that holds PIXELS by CHANNELS sums in registers, sumC_J of pixels from
// firstPixel on and every channelTiles-th channel from firstChannel on. The sums go through an array and a loop: with
// every store written out a software adapter compiles for a minute and more.
  var sums = array<f32, ${PIXELS * CHANNELS}>(
    #for c in 0..CHANNELS
    #for j in 0..PIXELS
    sum${c}_$j,
    #end
    #end
  );
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    let o = firstChannel + c * channelTiles;
    if (o >= p.outChannels) { break; }
    let scale = scaleOut[n * p.outChannels + o];
    let shift = bias[o];
    for (var j = 0u; j < ${PIXELS}u; j++) {
      let q = firstPixel + j;
      if (q >= pixels) { break; }
      store(n, q, o, sums[c * ${PIXELS}u + j], scale, shift);
    }
  }

// The end of a convolution that holds PIXELS by CHANNELS sums in registers, sumC_J of the pixels from firstPixel on and of
// every channelStep-th channel from firstChannel on. The sums go through an array and a loop: with every store written out a
// software adapter compiles for a minute and more; bounds that a compiler knows would let it do just that.
  var sums = array<vec4f, ${PIXELS * CHANNELS / 4}>(
    #for c in 0..CHANNELS
    #for g in 0..PIXELS/4
    vec4f(sum${c}_${4 * g}, sum${c}_${4 * g + 1}, sum${c}_${4 * g + 2}, sum${c}_${4 * g + 3}),
    #end
    #end
  );
  let firstPlace = placeOf(firstPixel);
  let fours = min(${PIXELS / 4}u, (p.phaseHeight * p.phaseWidth - firstPixel + 3u) / 4u);
  let channelsEnd = min(p.outChannels, firstChannel + ${CHANNELS}u * channelStep);
  var first = 0u;
  for (var o = firstChannel; o < channelsEnd; o += channelStep) {
    let scale = scaleOut[n * p.outChannels + o];
    let shift = bias[o];
    var place = firstPlace;
    for (var g = first; g < first + fours; g++) {
      let four = sums[g];
      #for l in 0..4
      if (place.y < p.phaseHeight) { store(n, place, o, four[$l], scale, shift); }
      place = placeAfter(place);
      #end
    }
    first += ${PIXELS / 4}u;
  }

// The end of a convolution that holds PIXELS by CHANNELS sums in registers, sumC_J of the pixels from firstPixel on and of
// every channelStep-th channel from firstChannel on.
  #include sums
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
      if (place.y < p.phaseHeight) { store(toImage, place, o, four[$l], scale, shift); }
      place = placeAfter(place);
      #end
    }
    first += ${PIXELS / 4}u;
  }

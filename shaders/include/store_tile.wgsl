// The end of a convolution that holds PIXELS by CHANNELS sums in registers, sumC_J of the pixels from firstPixel on and of
// every outputStep-th element of y from firstOutput on. A grid of several rows may have tiles beyond the last pixel.
  #include sums
  let firstPlace = placeOf(firstPixel);
  let count = min(${PIXELS}u, max(pixels, firstPixel) - firstPixel);
  let outputsEnd = min(outputs(), firstOutput + ${CHANNELS / STORED}u * outputStep);
  var first = 0u;
  for (var o = firstOutput; o < outputsEnd; o += outputStep) {
    let scale = scaleOut[n * outputs() + o];
    let shift = bias[o];
    var place = firstPlace;
    for (var j = first; j < first + count; j++) {
      store(toImage, place, o, sums[j], scale, shift);
      place = placeAfter(place);
    }
    first += ${PIXELS}u;
  }

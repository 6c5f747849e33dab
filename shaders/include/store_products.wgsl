// The end of a multiplying kernel of a Winograd convolution, as store_tile.wgsl is of a direct one.
  #include sums
  let count = min(${PIXELS}u, p.tiles - firstTile);
  let outputsEnd = min(outputs(), firstOutput + ${CHANNELS / STORED}u * outputStep);
  var first = 0u;
  for (var o = firstOutput; o < outputsEnd; o += outputStep) {
    var at = (k * p.tiles + firstTile) * outputs() + o;
    for (var j = first; j < first + count; j++) {
      m[at] = sums[j];
      at += outputs();
    }
    first += ${PIXELS}u;
  }

// The end of a multiplying kernel of a Winograd convolution, as store_tile.wgsl is of a direct one.
  #include sums
  let fours = min(${PIXELS / 4}u, (p.tiles - firstTile + 3u) / 4u);
  let channelsEnd = min(p.outChannels, firstChannel + ${CHANNELS}u * channelStep);
  var first = 0u;
  for (var o = firstChannel; o < channelsEnd; o += channelStep) {
    var tile = firstTile;
    for (var g = first; g < first + fours; g++) {
      let four = sums[g];
      let at = (k * p.tiles + tile) * p.outChannels + o;
      #for l in 0..4
      if (tile + ${l}u < p.tiles) { m[at + ${l}u * p.outChannels] = four[$l]; }
      #end
      tile += 4u;
    }
    first += ${PIXELS / 4}u;
  }

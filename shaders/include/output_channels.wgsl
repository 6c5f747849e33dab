// The channels of CHANNELS sums, STORED side by side in each of some elements of the output, the first firstOutput, then every outputStep-th.
  #for c in 0..CHANNELS/STORED
  #for s in 0..STORED
  let o${STORED * c + s} = min(${STORED}u * (firstOutput + ${c}u * outputStep) + ${s}u, p.outChannels - 1u);
  #end
  #end

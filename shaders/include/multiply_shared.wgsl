// The products of sixteen input channels, from the first-th four on, once a thread has put its part of them into sharedX. The weights
// are those from row firstWeight on (of a kernel tap, or a place of a tile), from tileChannel on; fourWeights(at) reads them.
#for h in 0..CHANNELS/2
{
  let place = thread + ${64 * h}u;
  let row = min(first + place / ${8 * CHANNELS}u, depth - 1u);
  let o = min(tileChannel + place % ${8 * CHANNELS}u, p.outChannels - 1u);
  sharedWeight[place] = fourWeights((firstWeight + row) * p.outChannels + o);
}
#end
workgroupBarrier();
for (var i = 0u; i < 4u; i++) {
  #for j in 0..PIXELS
  let v$j = sharedX[i * ${8 * PIXELS}u + thread / 8u * ${PIXELS}u + ${j}u];
  #end
  #for c in 0..CHANNELS
  let w$c = sharedWeight[i * ${8 * CHANNELS}u + thread % 8u + ${8 * c}u];
  #end
  #include multiply_tiled
}
workgroupBarrier();

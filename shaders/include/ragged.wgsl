// Fours of a ragged number of input channels, for the convolution family: the last one is filled up with zeros.

alias Value = f32;

fn depthOf() -> u32 {
  return (p.inChannels + 3u) / 4u;
}

fn scalesOf(n: u32, i: u32) -> vec4f {
  let at = n * p.inChannels + 4u * i;
  return select(vec4f(), vec4f(scaleIn[at], scaleIn[at + 1u], scaleIn[at + 2u], scaleIn[at + 3u]), isChannel(i));
}

fn isChannel(i: u32) -> vec4<bool> {
  return vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inChannels);
}

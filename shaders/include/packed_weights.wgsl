// How the convolution families keep a weight of four input channels: Weight0 as it is, Weight1 in half precision. Sums are f32 in
// either case. unpack2x16float is in every WebGPU, so that half precision needs no feature of an adapter.

#param HALF = 0

alias Weight0 = vec4f;
alias Weight1 = vec2u;

fn weights0(packed: Weight0) -> vec4f {
  return packed;
}

fn weights1(packed: Weight1) -> vec4f {
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}

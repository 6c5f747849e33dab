// The transforms of six outputs of a transposed 3×3 convolution with a stride of 2 along one axis, three even ones and three odd: the
// outer two taps make the even ones, by Winograd's F(3, 2), the middle tap the odd ones. The products are those of winograd_3.wgsl.

alias Seen6 = array<Value, 4>;
alias Places6 = array<Value, 7>;
alias Outputs6 = array<Value, 6>;

fn transformInput6(d: Seen6) -> Places6 {
  return Places6(d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1], d[1], d[2], d[3]);
}

fn transformOutput6(m: Places6) -> Outputs6 {
  return Outputs6(m[0] + m[1] + m[2], m[4], m[1] - m[2], m[5], m[1] + m[2] + m[3], m[6]);
}

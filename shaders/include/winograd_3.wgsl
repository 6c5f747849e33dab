// The transforms of three outputs of a 3×3 convolution with a stride of 2 along one axis. Even inputs meet the outer two taps, which is
// Winograd's F(3, 2) with the points 0, ±1 and ∞; odd ones the middle tap alone. Seven products instead of nine, four of them
// with weights of their own and three with the same.

alias Seen3 = array<Value, 7>;
alias Places3 = array<Value, 7>;
alias Outputs3 = array<Value, 3>;

fn transformInput3(d: Seen3) -> Places3 {
  return Places3(d[0] - d[4], d[2] + d[4], d[4] - d[2], d[6] - d[2], d[1], d[3], d[5]);
}

fn transformOutput3(m: Places3) -> Outputs3 {
  return Outputs3(m[0] + m[1] + m[2] + m[4], m[1] - m[2] + m[5], m[1] + m[2] + m[3] + m[6]);
}

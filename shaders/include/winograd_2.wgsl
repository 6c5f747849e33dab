// The transforms of Winograd F(2×2, 3×3) along one axis, with the points 0, ±1 and ∞.

alias Seen2 = array<Value, 4>;
alias Places2 = array<Value, 4>;
alias Outputs2 = array<Value, 2>;

/// Bᵀ d
fn transformInput2(d: Seen2) -> Places2 {
  return Places2(d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]);
}

/// Aᵀ m
fn transformOutput2(m: Places2) -> Outputs2 {
  return Outputs2(m[0] + m[1] + m[2], m[1] - m[2] + m[3]);
}

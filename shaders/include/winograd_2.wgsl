// The transforms of Winograd F(2×2, 3×3) along one axis, with the points 0, ±1 and ∞. The weights' transform:
// engine/plans/convolution/winograd.ts.

alias Line2 = array<f32, 4>;
alias Short2 = array<f32, 2>;

/// Bᵀ d
fn transformInput2(d: Line2) -> Line2 {
  return Line2(d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]);
}

/// Aᵀ m
fn transformOutput2(m: Line2) -> Short2 {
  return Short2(m[0] + m[1] + m[2], m[1] - m[2] + m[3]);
}

// The transforms of Winograd F(4×4, 3×3) along one axis, with the points 0, ±√2, ±√½ and ∞. With these the error is up to
// twice that of the direct sum; with the usual 0, ±1, ±2, ∞ it is ten times as large.

alias Seen4 = array<Value, 6>;
alias Places4 = array<Value, 6>;
alias Outputs4 = array<Value, 4>;

const WINOGRAD_A = 1.4142135623730951;
const WINOGRAD_B = 0.7071067811865476;

/// Bᵀ d
fn transformInput4(d: Seen4) -> Places4 {
  let evenA = fma(Value(-0.5), d[2], d[4]);
  let oddA = fma(Value(WINOGRAD_A), d[3], -WINOGRAD_B * d[1]);
  let evenB = fma(Value(-2.0), d[2], d[4]);
  let oddB = fma(Value(WINOGRAD_B), d[3], -WINOGRAD_A * d[1]);
  return Places4(
    fma(Value(-2.5), d[2], d[0]) + d[4],
    evenA + oddA,
    evenA - oddA,
    evenB + oddB,
    evenB - oddB,
    fma(Value(-2.5), d[3], d[1]) + d[5],
  );
}

/// Aᵀ m
fn transformOutput4(m: Places4) -> Outputs4 {
  let sumA = m[1] + m[2];
  let differenceA = m[1] - m[2];
  let sumB = m[3] + m[4];
  let differenceB = m[3] - m[4];
  return Outputs4(
    m[0] + sumA + sumB,
    fma(Value(WINOGRAD_A), differenceA, WINOGRAD_B * differenceB),
    fma(Value(2.0), sumA, 0.5 * sumB),
    fma(Value(2.0 * WINOGRAD_A), differenceA, 0.5 * WINOGRAD_B * differenceB) + m[5],
  );
}

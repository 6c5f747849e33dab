/** |a − b| over |b|, in L2. */
export function apart(a: Float32Array, b: Float32Array): number {
  const norm = (x: Float32Array) => Math.hypot(...x);
  return norm(a.map((value, at) => value - b[at]!)) / norm(b);
}

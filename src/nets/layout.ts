/** Between the published order of feature maps, [N, C, H, W], and ours, [N, H, W, C]. */

export function toNhwc(
  data: Float32Array,
  [n, c, h, w]: readonly [number, number, number, number],
): Float32Array {
  return permuted(data, n, c, h * w);
}

export function toNchw(
  data: Float32Array,
  [n, h, w, c]: readonly [number, number, number, number],
): Float32Array {
  return permuted(data, n, h * w, c);
}

/** [n, a, b] to [n, b, a]. */
function permuted(data: Float32Array, n: number, a: number, b: number): Float32Array {
  if (data.length !== n * a * b) throw new Error(`layout: ${data.length} values for ${n}·${a}·${b}`);
  const out = new Float32Array(data.length);
  for (let s = 0; s < n; s++) {
    const base = s * a * b;
    for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) out[base + j * a + i] = data[base + i * b + j]!;
  }
  return out;
}

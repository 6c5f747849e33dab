/** Between the published order of feature maps, [N, C, H, W], and ours, [N, H, W, C]. */
import { concatenated, transposed } from '../autograd/arrays.js';

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
  const sample = (at: number) => data.subarray(at * a * b, (at + 1) * a * b);
  return concatenated(Array.from({ length: n }, (_, at) => transposed(sample(at), a, b)));
}

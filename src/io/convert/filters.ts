import type { Weights } from './weights.js';

/** StyleGAN2's filter for doubling and halving. */
export const BINOMIAL_4: readonly number[] = [1, 3, 3, 1];
/** StyleGAN1's. */
export const BINOMIAL_3: readonly number[] = [1, 2, 1];

/**
 * Leaves out the filters under keys that match, which our networks have built in. Throws where one is not the outer product
 * of `taps` with itself, at any scale.
 */
export async function ignoreFilters(
  weights: Weights,
  pattern: RegExp,
  taps: readonly number[],
): Promise<void> {
  const wanted = taps.flatMap((a) => taps.map((b) => a * b));
  const sum = wanted.reduce((a, b) => a + b);
  for (const key of weights.left.filter((left) => pattern.test(left))) {
    const tensor = weights.take(key);
    const values = await tensor.read(0, Math.min(tensor.elements, 2 ** 16));
    const scale = values.subarray(0, wanted.length).reduce((a, b) => a + b, 0) / sum;
    const isOurs =
      values.length > 0 &&
      values.length % wanted.length === 0 &&
      values.every((value, at) => Math.abs(value / scale - wanted[at % wanted.length]!) < 1e-3);
    if (!isOurs) {
      throw weights.fail(
        `the filter '${key}' is not the one of [${taps}]`,
        'Networks with other filters are not supported.',
      );
    }
    weights.ignored.push(key);
  }
}

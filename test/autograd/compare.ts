/** Closeness of arrays. */
import type { Shape } from '../../src/autograd/tensor.js';

/**
 * Throws unless every |actual − expected| is at most `tolerance` times the largest |expected|.
 * The message names the worst entry and its position in `shape`.
 */
export function assertClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  shape: Shape = [actual.length],
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} values, wanted ${expected.length}`);
  let largest = 0;
  let worst = 0;
  let worstAt = 0;
  let wrong = 0;
  for (let at = 0; at < expected.length; at++) largest = Math.max(largest, Math.abs(expected[at]));
  const bound = tolerance * largest;
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs(actual[at] - expected[at]);
    if (difference <= bound) continue; // NaN is not
    wrong++;
    if (!(difference <= worst)) [worst, worstAt] = [difference, at];
    if (Number.isNaN(difference)) break;
  }
  if (wrong === 0) return;
  throw new Error(
    `${what}: ${wrong} of ${expected.length} values differ; the worst is [${indexOf(worstAt, shape)}] = ${actual[worstAt]}, ` +
      `wanted ${expected[worstAt]} within ${bound.toExponential(2)} (${tolerance} of the largest, ${largest}).`,
  );
}

function indexOf(flat: number, shape: Shape): number[] {
  const index: number[] = [];
  for (const side of [...shape].reverse()) {
    index.unshift(flat % side);
    flat = Math.floor(flat / side);
  }
  return index;
}

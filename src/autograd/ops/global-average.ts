/** The mean of all pixels, as a cascade of average poolings. */
import { assertShape, type Tensor } from '../tensor.js';
import { averagePool } from './pooling.js';

/** One thread sums so many pixels along each side: few enough to keep sums short and many threads busy. */
const MOST = 8;

/** x [N, S, S, C] to [N, 1, 1, C]. Gradient: every pixel gets its share. */
export function globalAverage(x: Tensor): Tensor {
  const side = x.shape[1]!;
  assertShape('globalAverage', x, [null, side, side, null]);
  return side === 1 ? x : globalAverage(averagePool(x, blockOf(side)));
}

/** The largest divisor up to MOST, and of sides that have none, all of it: blocks must leave no pixel out. */
function blockOf(side: number): number {
  for (let size = MOST; size > 1; size--) if (side % size === 0) return size;
  return side;
}

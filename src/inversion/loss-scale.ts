/** Loss scaling (Micikevicius et al. 2018, section 3.2), where operands of products are in half precision. */
import type { AdapterFacts } from '../engine/adapter.js';

/** Keeps the gradients of a picture's mean square among the normal numbers of half precision. */
const HALF_PRECISION_SCALE = 2 ** 16;

/** By how much the loss is scaled for its gradients on a device. */
export function lossScaleFor({ matrix }: Pick<AdapterFacts, 'matrix'>): number {
  return matrix ? HALF_PRECISION_SCALE : 1;
}

/** Packed weights in half precision, for any plan of a convolution. */
import { FwplusError } from '../../../errors.js';
import { floatToHalf } from '../../../half.js';
import type { Packing } from '../../constants.js';
import { type ConvolutionPlan, isWinograd } from './plan.js';

/**
 * The same plan with its packed weights in half precision: half the memory and half the reads; sums stay in single precision.
 * Weights that are halves already (a file of fp16) lose nothing in direct kernels; others, and what F(2×2) makes of weights, are
 * rounded to 11 bits. The plain kernel, which is the reference, stays as it is, and so does F(4×4): its transform would make the
 * rounding six times worse (winograd/plans.ts).
 *
 * Packing throws a FwplusError at a weight beyond 65,504, which is the largest half.
 */
export function withHalfWeights<P extends ConvolutionPlan>(plan: P): P {
  if (!takesHalves(plan)) return plan;
  return {
    ...plan,
    constants: { ...plan.constants, HALF: 1 },
    weightBytes: plan.weightBytes / 2,
    packing: (swap: boolean) => inHalves(plan.packing(swap)),
  };
}

export function takesHalves(plan: ConvolutionPlan): boolean {
  if (plan.packing(false).form === 'texture') return false; // of single precision
  return isWinograd(plan) ? plan.tiling.takesHalves : plan.kernel !== 'conv';
}

function inHalves({ key, pack }: Packing): Packing {
  return { key: `${key}, half precision`, pack: (data) => halves(pack(data)) };
}

const INFINITE = 0x7c00;

function halves(packed: Float32Array | Uint16Array): Uint16Array {
  if (packed instanceof Uint16Array) throw new Error('these weights are halves already');
  const rounded = floatToHalf(packed);
  if (rounded.some((half) => (half & 0x7fff) >= INFINITE)) {
    throw new FwplusError(
      'A convolution of this model has weights beyond 65,504, the largest half-precision number.',
      {
        hint: 'Leave half-precision weights out (--half-weights).',
      },
    );
  }
  return rounded;
}

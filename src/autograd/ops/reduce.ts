/** Sums over each sample of a batch; see shaders/reduce.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import type { Lowering } from '../lowering.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * Σ (a − b)² / divisor for each sample, [N]; the divisor is by default the size of one sample, which makes it a mean.
 * Gradients flow to both.
 */
export function meanSquaredError(a: Tensor, b: Tensor, divisor = a.size / a.shape[0]!): Tensor {
  assertShape('meanSquaredError', b, a.shape);
  const batch = a.shape[0]!;
  const factor = 1 / divisor;
  const [y] = a.graph.operation({
    name: 'squared error',
    inputs: [a, b],
    shapes: [[batch]],
    lower: (emit, [out]) => reduce(emit, 'reduce.difference', a, b, out!, factor),
    accumulates: [0, 1],
    backward: ([dy], wanted, _, [ofA, ofB]) => [
      wanted[0] ? differenceGradient(dy!, a, b, factor, ofA) : undefined,
      wanted[1] ? differenceGradient(dy!, b, a, factor, ofB) : undefined,
    ],
  });
  return y!;
}

/** Mean squared error of two pictures in [-1, 1] as 8-bit ones, in squared levels of 255, for each sample, [N]. No gradient. */
export function quantisedSquaredError(a: Tensor, b: Tensor): Tensor {
  assertShape('quantisedSquaredError', b, a.shape);
  const batch = a.shape[0]!;
  const [y] = a.graph.operation({
    name: '8-bit error',
    inputs: [a, b],
    shapes: [[batch]],
    lower: (emit, [out]) => reduce(emit, 'reduce.quantised', a, b, out!, batch / a.size),
  });
  return y!;
}

const MAX_THREADS = 16384;

/** How many threads sum `size` elements of a sample: at least 64 elements each. */
export function summingThreads(size: number): number {
  return Math.min(MAX_THREADS, Math.ceil(size / 64));
}

function reduce(
  emit: Lowering,
  kernel: 'reduce.difference' | 'reduce.quantised',
  a: Tensor,
  b: Tensor,
  y: Tensor,
  factor: number,
): void {
  const batch = a.shape[0]!;
  const size = a.size / batch;
  const threads = summingThreads(size);
  const partial = emit.scratch('partial sums', [batch, threads]);
  emit.launch({
    kernel,
    bindings: { a, b, partial },
    params: { batch, size, threads },
    workgroups: linearGrid(batch * threads),
  });
  emit.launch({
    kernel: 'reduce.total',
    bindings: { parts: partial, y },
    params: { threads, factor },
    workgroups: [batch, 1, 1],
  });
}

/** Added to `sofar` where there is one. */
function differenceGradient(
  dy: Tensor,
  a: Tensor,
  b: Tensor,
  factor: number,
  sofar: Tensor | undefined,
): Tensor {
  const batch = a.shape[0]!;
  const [da] = a.graph.operation({
    name: 'difference',
    inputs: [dy, a, b, ...(sofar ? [sofar] : [])],
    shapes: [a.shape],
    overwrites: sofar,
    lower: (emit, [out]) =>
      emit.launch({
        kernel: 'reduce.gradient',
        bindings: { dy, a, b, da: out! },
        params: { batch, size: a.size / batch, factor, adds: sofar ? 1 : 0 },
        workgroups: linearGrid(a.size),
      }),
  });
  return da!;
}

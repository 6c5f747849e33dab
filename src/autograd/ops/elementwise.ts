/** Elementwise operations on tensors of one shape. */
import { inFours, linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { UNLIMITED } from './activation.js';

/** a + b. Gradient: passes to both. */
export function add(a: Tensor, b: Tensor): Tensor {
  assertShape('add', b, a.shape);
  const [sum] = a.graph.operation({
    name: 'add',
    inputs: [a, b],
    shapes: [a.shape],
    overwrites: a,
    lower: (emit, [y]) => {
      const { family, count } = inFours('elementwise', a.size);
      emit.launch({
        kernel: `${family}.add`,
        bindings: { sum: y!, b },
        params: { count },
        workgroups: linearGrid(count),
      });
    },
    backward: ([dy]) => [dy, dy],
  });
  return sum!;
}

/** factor · a. */
export function scale(a: Tensor, factor: number): Tensor {
  return scaleAndClip(a, { factor }, ([dy]) => [scale(dy!, factor)]);
}

/** a, held within [low, high]. Has no gradient: it serves projections after an optimiser step. */
export function clip(a: Tensor, low: number, high: number): Tensor {
  return scaleAndClip(a, { factor: 1, low, high });
}

function scaleAndClip(
  a: Tensor,
  { factor, low = -UNLIMITED, high = UNLIMITED }: { factor: number; low?: number; high?: number },
  backward?: (gradients: readonly (Tensor | undefined)[]) => readonly Tensor[],
): Tensor {
  const [y] = a.graph.operation({
    name: 'scale',
    inputs: [a],
    shapes: [a.shape],
    lower: (emit, [out]) => {
      const { family, count } = inFours('elementwise', a.size);
      emit.launch({
        kernel: `${family}.scale`,
        bindings: { a, y: out! },
        params: { count, factor, low, high },
        workgroups: linearGrid(count),
      });
    },
    ...(backward && { backward }),
  });
  return y!;
}

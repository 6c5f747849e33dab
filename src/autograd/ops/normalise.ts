/** Normalisation of vectors, the last axis of a tensor; see shaders/normalise.wgsl. */
import { inFours, linearGrid } from '../../engine/launch.js';
import type { Tensor } from '../tensor.js';

/** The published epsilon of LPIPS. */
export const UNIT_EPSILON = 1e-10;

/**
 * x / (√Σx² + epsilon), the sum over the last axis: LPIPS. Any shape.
 * Gradient: the part of dy across x, scaled; zero for a vector of zeros.
 */
export function unitNormalise(x: Tensor, epsilon = UNIT_EPSILON): Tensor {
  return normalise(x, 'unit normalisation', 1, epsilon);
}

/** x · (mean x² + 1e-8)^(-1/2), the mean over the last axis: the start of StyleGAN2's mapping. Any shape. Gradient flows to x. */
export function normaliseSecondMoment(x: Tensor): Tensor {
  return normalise(x, 'second moment', 0, 1e-8);
}

function normalise(x: Tensor, name: string, unit: 0 | 1, epsilon: number): Tensor {
  const channels = x.shape.at(-1)!;
  const vectors = x.size / channels;
  const { family, count } = inFours('normalise', channels);
  const params = { vectors, channels: count, unit, epsilon, elements: channels };
  const overVectors = linearGrid(vectors);
  const overElements = linearGrid(vectors * count);
  const [out] = x.graph.operation({
    name,
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) => {
      const factor = emit.scratch('factors', [vectors]);
      emit.launch({
        kernel: `${family}.forward_factors`,
        bindings: { x, factor },
        params,
        workgroups: overVectors,
      });
      emit.launch({
        kernel: `${family}.forward`,
        bindings: { x, f: factor, y: y! },
        params,
        workgroups: overElements,
      });
    },
    backward: ([dy]) =>
      x.graph.operation({
        name,
        inputs: [dy!, x],
        shapes: [x.shape],
        lower: (emit, [dx]) => {
          const factors = emit.scratch('factors', [vectors, 2]);
          emit.launch({
            kernel: `${family}.backward_factors`,
            bindings: { x, dy: dy!, factors },
            params,
            workgroups: overVectors,
          });
          emit.launch({
            kernel: `${family}.backward`,
            bindings: { x, dy: dy!, fg: factors, dx: dx! },
            params,
            workgroups: overElements,
          });
        },
      }),
  });
  return out!;
}

/** Average and maximum pooling; see shaders/pooling.wgsl. */
import { inFours, linearGrid } from '../../engine/launch.js';
import { planMaximumGradient } from '../../engine/plans/pooling.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * x [N, H, W, C] to [N, ⌊H / size⌋, ⌊W / size⌋, C]: the mean of each block of size × size.
 * Gradient: each input gets its block's gradient divided by size²; rows and columns that no block holds get zero.
 */
export function averagePool(x: Tensor, size: number): Tensor {
  const pooling = poolingOf(x, size, size);
  const [out] = x.graph.operation({
    name: 'average pool',
    inputs: [x],
    shapes: [pooling.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: `${pooling.family}.average`,
        bindings: { x, y: y! },
        params: pooling.params,
        workgroups: linearGrid(y!.size / pooling.together),
      }),
    backward: ([dy]) =>
      x.graph.operation({
        name: 'average pool',
        inputs: [dy!],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: `${pooling.family}.average_gradient`,
            bindings: { dy: dy!, dx: dx! },
            params: pooling.params,
            workgroups: linearGrid(x.size / pooling.together),
          }),
      }),
  });
  return out!;
}

/**
 * x [N, H, W, C] to [N, ⌊(H − size) / stride⌋ + 1, …, C]: the largest value of each window.
 * Gradient: a window's goes to its first maximum in row-major order; where windows overlap, sums.
 */
export function maxPool(x: Tensor, size: number, stride: number): Tensor {
  const pooling = poolingOf(x, size, stride);
  const [out] = x.graph.operation({
    name: 'max pool',
    inputs: [x],
    shapes: [pooling.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: `${pooling.family}.maximum`,
        bindings: { x, y: y! },
        params: pooling.params,
        workgroups: linearGrid(y!.size / pooling.together),
      }),
    accumulates: [0],
    backward: ([dy], _, [y], [sofar]) =>
      x.graph.operation({
        name: 'max pool',
        inputs: [dy!, x, y!, ...(sofar ? [sofar] : [])],
        shapes: [x.shape],
        overwrites: sofar,
        lower: (emit, [dx]) => {
          const channels = x.shape[3]!;
          const plan = planMaximumGradient({ ...pooling.params, channels });
          emit.launch({
            kernel: plan.kernel,
            workgroups: plan.workgroups,
            bindings: { dy: dy!, x, maxima: y!, dx: dx! },
            params: { ...pooling.params, channels: plan.channels, adds: sofar ? 1 : 0 },
          });
        },
      }),
  });
  return out!;
}

function poolingOf(x: Tensor, size: number, stride: number) {
  assertShape('pooling', x, [null, null, null, null]);
  const [batch, inHeight, inWidth, channels] = x.shape as [number, number, number, number];
  const outHeight = Math.floor((inHeight - size) / stride) + 1;
  const outWidth = Math.floor((inWidth - size) / stride) + 1;
  const { family, count } = inFours('pooling', channels);
  return {
    shape: [batch, outHeight, outWidth, channels],
    family,
    /** Channels to a thread. */
    together: channels / count,
    params: { batch, inHeight, inWidth, outHeight, outWidth, channels: count, size, stride, adds: 0 },
  };
}

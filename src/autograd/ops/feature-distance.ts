/** The distance of two feature maps with a weight for each channel: LPIPS. See shaders/feature_distance.wgsl. */
import { inFours, linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { summingThreads } from './reduce.js';

/**
 * a, b [N, H, W, C] with frozen weights [C] give [N]: the mean over pixels of Σ_c weight · (a − b)².
 * Gradients flow to both.
 */
export function featureDistance(a: Tensor, b: Tensor, weights: Tensor): Tensor {
  assertShape('featureDistance', a, [null, null, null, null]);
  assertShape('featureDistance', b, a.shape);
  const [batch, height, width, channels] = a.shape as [number, number, number, number];
  assertShape('featureDistance weights', weights, [channels]);
  const size = height * width * channels;
  const factor = 1 / (height * width);
  const { family, count } = inFours('feature_distance', channels);
  const counted = { batch, size: height * width * count, channels: count };
  const [out] = a.graph.operation({
    name: 'feature distance',
    inputs: [a, b],
    shapes: [[batch]],
    lower: (emit, [y]) => {
      const threads = summingThreads(size);
      const sums = emit.scratch('partial sums', [batch, threads]);
      emit.launch({
        kernel: `${family}.partial`,
        bindings: { a, b, weights, sums },
        params: { ...counted, threads },
        workgroups: linearGrid(batch * threads),
      });
      emit.launch({
        kernel: 'reduce.total',
        bindings: { parts: sums, y: y! },
        params: { threads, factor },
        workgroups: [batch, 1, 1],
      });
    },
    backward: ([dy], wanted) => [
      wanted[0] ? distanceGradient(dy!, a, b) : undefined,
      wanted[1] ? distanceGradient(dy!, b, a) : undefined,
    ],
  });
  return out!;

  function distanceGradient(dy: Tensor, to: Tensor, from: Tensor): Tensor {
    const [gradient] = a.graph.operation({
      name: 'feature difference',
      inputs: [dy, to, from],
      shapes: [to.shape],
      lower: (emit, [da]) =>
        emit.launch({
          kernel: `${family}.gradient`,
          bindings: { dy, a: to, b: from, weights, da: da! },
          params: { ...counted, factor },
          workgroups: linearGrid(batch * counted.size),
        }),
    });
    return gradient!;
  }
}

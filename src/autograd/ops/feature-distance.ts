/** The distance of feature maps with a weight for each channel: LPIPS. See shaders/feature_distance.wgsl. */
import { inFours, linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { UNIT_EPSILON } from './normalise.js';
import { summingThreads } from './reduce.js';

/**
 * x [N, H, W, C], whose pixels are normalised to unit vectors on the way, and `target` of the same shape, normalised already, with
 * frozen weights [C], give [N]: the mean over pixels of Σ_c weight · (x / (|x| + epsilon) − target)². Gradient flows to x alone.
 */
export function featureDistance(x: Tensor, target: Tensor, weights: Tensor, epsilon = UNIT_EPSILON): Tensor {
  assertShape('featureDistance', x, [null, null, null, null]);
  assertShape('featureDistance target', target, x.shape);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  assertShape('featureDistance weights', weights, [channels]);
  const pixels = height * width;
  const factor = 1 / pixels;
  const vectors = batch * pixels;
  const { family, count } = inFours('feature_distance', channels);
  const counted = { batch, size: pixels * count, channels: count };
  const [out] = x.graph.operation({
    name: 'feature distance',
    inputs: [x, target],
    shapes: [[batch], [vectors]],
    lower: (emit, [y, f]) => {
      const threads = summingThreads(x.size / batch);
      const sums = emit.scratch('partial sums', [batch, threads]);
      emit.launch({
        kernel: `${inFours('normalise', channels).family}.forward_factors`,
        bindings: { x, factor: f! },
        params: { vectors, channels: count, unit: 1, epsilon, elements: channels },
        workgroups: linearGrid(vectors),
      });
      emit.launch({
        kernel: `${family}.partial`,
        bindings: { x, f: f!, wanted: target, weights, sums },
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
    backward: ([dy], wanted, [, f]) => {
      if (wanted[1]) throw new Error('featureDistance: no gradient flows to its target');
      return x.graph.operation({
        name: 'feature distance',
        inputs: [dy!, x, f!, target],
        shapes: [x.shape],
        lower: (emit, [dx]) => {
          const shared = { x, wanted: target, weights, dy: dy! };
          const factors = emit.scratch('factors', [vectors, 2]);
          emit.launch({
            kernel: `${family}.gradient_factors`,
            bindings: { ...shared, f: f!, factors },
            params: { ...counted, factor },
            workgroups: linearGrid(vectors),
          });
          emit.launch({
            kernel: `${family}.gradient`,
            bindings: { ...shared, fg: factors, dx: dx! },
            params: { ...counted, factor },
            workgroups: linearGrid(batch * counted.size),
          });
        },
      });
    },
  });
  return out!;
}

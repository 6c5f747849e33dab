/** Leaky ReLU with a learned slope for each channel; see shaders/prelu.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * x < 0 ? slope · x : x for x […, C] with frozen slopes [C].
 * Gradient flows to x: by the sign of the input, so any slope will do; the slope's side at zero.
 */
export function prelu(x: Tensor, slope: Tensor): Tensor {
  const channels = x.shape.at(-1)!;
  assertShape('prelu slope', slope, [channels]);
  const params = { count: x.size, channels };
  const workgroups = linearGrid(x.size);
  const [out] = x.graph.operation({
    name: 'PReLU',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({ kernel: 'prelu.forward', bindings: { x, slope, y: y! }, params, workgroups }),
    backward: ([dy]) =>
      x.graph.operation({
        name: 'PReLU',
        inputs: [dy!, x],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'prelu.backward',
            bindings: { dy: dy!, x, slope, dx: dx! },
            params,
            workgroups,
          }),
      }),
  });
  return out!;
}

/** An activation on its own, where no convolution carries it; see shaders/activation.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import type { Tensor } from '../tensor.js';
import type { Activation } from './activation.js';

/** Any shape. Gradient: by the sign of the input, so any slope will do; the slope's side at zero, none where the clamp held. */
export function activate(x: Tensor, { slope, gain, limit }: Activation): Tensor {
  const params = { count: x.size, slope, gain, limit };
  const workgroups = linearGrid(x.size);
  const [out] = x.graph.operation({
    name: 'activation',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({ kernel: 'activation.forward', bindings: { x, y: y! }, params, workgroups }),
    backward: ([dy]) =>
      x.graph.operation({
        name: 'activation',
        inputs: [dy!, x],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'activation.backward',
            bindings: { dy: dy!, x, dx: dx! },
            params,
            workgroups,
          }),
      }),
  });
  return out!;
}

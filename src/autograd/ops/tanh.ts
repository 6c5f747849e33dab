/** The hyperbolic tangent, the last step of some generators; see shaders/tanh.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import type { Tensor } from '../tensor.js';

/** tanh(x), any shape. Gradient: dy · (1 − y²). */
export function tanh(x: Tensor): Tensor {
  const params = { count: x.size };
  const workgroups = linearGrid(x.size);
  const [out] = x.graph.operation({
    name: 'tanh',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) => emit.launch({ kernel: 'tanh.forward', bindings: { x, y: y! }, params, workgroups }),
    backward: ([dy], _, [y]) =>
      x.graph.operation({
        name: 'tanh',
        inputs: [dy!, y!],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'tanh.backward',
            bindings: { dy: dy!, activated: y!, dx: dx! },
            params,
            workgroups,
          }),
      }),
  });
  return out!;
}

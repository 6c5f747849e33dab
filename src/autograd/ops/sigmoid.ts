/** The logistic function; see shaders/sigmoid.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import type { Tensor } from '../tensor.js';

/** 1 / (1 + exp(−x)). Any shape. Gradient: dy · y · (1 − y). */
export function sigmoid(x: Tensor): Tensor {
  const params = { count: x.size };
  const workgroups = linearGrid(x.size);
  const [out] = x.graph.operation({
    name: 'sigmoid',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({ kernel: 'sigmoid.forward', bindings: { x, y: y! }, params, workgroups }),
    backward: ([dy], _, [y]) =>
      x.graph.operation({
        name: 'sigmoid',
        inputs: [dy!, y!],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'sigmoid.backward',
            bindings: { dy: dy!, activated: y!, dx: dx! },
            params,
            workgroups,
          }),
      }),
  });
  return out!;
}

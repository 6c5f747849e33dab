/** The [1,2,1] filter after StyleGAN1's up-convolutions; see shaders/smooth.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/** x [N, H, W, C] to the same shape, zeros outside. Gradient: the same filter, which is its own adjoint. */
export function smooth(x: Tensor): Tensor {
  assertShape('smooth', x, [null, null, null, null]);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [out] = x.graph.operation({
    name: 'smooth',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'smooth',
        bindings: { x, y: y! },
        params: { batch, height, width, channels },
        workgroups: linearGrid(x.size),
        flops: 18 * x.size,
      }),
    backward: ([dy]) => [smooth(dy!)],
  });
  return out!;
}

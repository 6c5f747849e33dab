/** A computed factor for each channel of each sample: gates. See shaders/channel_scale.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { scaleGradient } from './channel-gradients.js';

/**
 * x · factors for x [N, H, W, C] and factors [N, 1, 1, C].
 * Gradients flow to both: to x times the factors, to the factors as the sum over pixels of dy · x.
 */
export function channelScale(x: Tensor, factors: Tensor): Tensor {
  assertShape('channelScale', x, [null, null, null, null]);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  assertShape('channelScale factors', factors, [batch, 1, 1, channels]);
  const [out] = x.graph.operation({
    name: 'channel scale',
    inputs: [x, factors],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'channel_scale',
        bindings: { x, factors, y: y! },
        params: { count: x.size, pixels: height * width, channels },
        workgroups: linearGrid(x.size),
      }),
    backward: ([dy]) => {
      const { dx, dscaleIn } = scaleGradient(dy!, x, factors);
      return [dx, dscaleIn];
    },
  });
  return out!;
}

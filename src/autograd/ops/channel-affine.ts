/** A frozen affine map of each channel: batch norm in inference, input scaling. See shaders/channel_affine.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { type Activation, LINEAR } from './activation.js';

/**
 * act(scale · x + shift) for x […, C] with frozen scale and shift [C].
 * Gradient flows to x: through the activation by the sign of its input, times scale.
 */
export function channelAffine(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  activation: Activation = LINEAR,
): Tensor {
  const channels = x.shape.at(-1)!;
  assertShape('channelAffine scale', scale, [channels]);
  assertShape('channelAffine shift', shift, [channels]);
  const { slope, gain, limit } = activation;
  const params = { count: x.size, channels, slope, gain, limit };
  const workgroups = linearGrid(x.size);
  const [out] = x.graph.operation({
    name: 'channel affine',
    inputs: [x],
    shapes: [x.shape],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'channel_affine.forward',
        bindings: { x, scale, shift, y: y! },
        params,
        workgroups,
      }),
    backward: ([dy]) =>
      x.graph.operation({
        name: 'channel affine',
        inputs: [dy!, x],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'channel_affine.backward',
            bindings: { dy: dy!, x, scale, shift, dx: dx! },
            params,
            workgroups,
          }),
      }),
  });
  return out!;
}

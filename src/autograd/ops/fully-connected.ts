/** A fully connected layer over the last axis; see shaders/fully_connected.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { transposedPacking } from '../arrays.js';
import { assertShape, type Tensor } from '../tensor.js';
import { type Activation, LINEAR } from './activation.js';

export interface FullyConnectedOptions {
  /** [O], frozen. */
  readonly bias?: Tensor;
  /** Slope and gain not negative: the gradient reads the sign of the result. */
  readonly activation?: Activation;
}

/**
 * x […, I] with frozen weight [O, I] gives […, O]: act(x · weightᵀ + bias).
 * Gradient flows to x: through the activation, times weight.
 */
export function fullyConnected(x: Tensor, weight: Tensor, options: FullyConnectedOptions = {}): Tensor {
  const { graph } = x;
  const { bias, activation = LINEAR } = options;
  const [outChannels, inChannels] = weight.shape as [number, number];
  assertShape('fullyConnected', x, [...x.shape.slice(0, -1), inChannels]);
  if (bias) assertShape('fullyConnected bias', bias, [outChannels]);
  const rows = x.size / inChannels;
  const { slope, gain, limit } = activation;
  const params = { rows, inChannels, outChannels, slope, gain, limit };
  const flops = 2 * rows * inChannels * outChannels;
  const [out] = graph.operation({
    name: 'fully connected',
    inputs: [x],
    shapes: [[...x.shape.slice(0, -1), outChannels]],
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'fully_connected.forward',
        bindings: {
          x,
          weight: emit.packed(weight, transposedPacking(outChannels, inChannels)),
          bias: bias ?? graph.filled([outChannels], 0),
          y: y!,
        },
        params,
        workgroups: linearGrid(rows * outChannels),
        flops,
      }),
    backward: ([dy], _, [y]) =>
      graph.operation({
        name: 'fully connected',
        inputs: [dy!, y!],
        shapes: [x.shape],
        lower: (emit, [dx]) =>
          emit.launch({
            kernel: 'fully_connected.backward',
            bindings: { dy: dy!, activated: y!, weight, dx: dx! },
            params,
            workgroups: linearGrid(x.size),
            flops,
          }),
      }),
  });
  return out!;
}

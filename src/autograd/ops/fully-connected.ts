/**
 * A fully connected layer over the last axis; see shaders/fully_connected.wgsl. Many rows, as of a mapping network in bulk, go forward
 * as the pixels of a 1×1 convolution, whose kernels make tiles.
 */
import { linearGrid } from '../../engine/launch.js';
import type { ConvolutionShape } from '../../engine/plans/convolution/shape.js';
import { transposedPacking } from '../arrays.js';
import type { Lowering } from '../lowering.js';
import { assertShape, type Tensor } from '../tensor.js';
import { type Activation, LINEAR } from './activation.js';
import { plainEpilogue } from './channel-gradients.js';
import { launchConvolution } from './convolution.js';

/** From here on tiles pay: 20 times faster at 2,048 rows of 512 on a software adapter. */
const MANY_ROWS = 256;

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
    lower: (emit, [y]) => {
      const bound = { x, weight, bias: bias ?? graph.filled([outChannels], 0), y: y! };
      if (rows >= MANY_ROWS) launchAsConvolution(emit, bound, { rows, inChannels, outChannels }, activation);
      else
        emit.launch({
          kernel: 'fully_connected.forward',
          bindings: { ...bound, weight: emit.packed(weight, transposedPacking(outChannels, inChannels)) },
          params,
          workgroups: linearGrid(rows * outChannels),
          flops,
        });
    },
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

function launchAsConvolution(
  emit: Lowering,
  { x, weight, bias, y }: Readonly<Record<'x' | 'weight' | 'bias' | 'y', Tensor>>,
  { rows, inChannels, outChannels }: { rows: number; inChannels: number; outChannels: number },
  activation: Activation,
): void {
  const { graph } = x;
  const shape: ConvolutionShape = {
    batch: 1,
    inHeight: 1,
    inWidth: rows,
    inChannels,
    outHeight: 1,
    outWidth: rows,
    outChannels,
    kernelSize: 1,
    stride: 1,
    padding: 0,
    transposed: false,
  };
  const epilogue = { ...plainEpilogue(graph, 1, outChannels), bias, activation };
  launchConvolution(emit, { x, weight, shape, scaleIn: undefined, epilogue, y });
}

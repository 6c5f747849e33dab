/**
 * Convolution with everything that StyleGAN2, VGG16 and the encoders put around it, in one pass over memory: an input scale
 * (styles), an output scale (demodulation), noise, bias, leaky ReLU, gain, clamp.
 *
 * Gradients, with frozen weights: through the epilogue, then the transposed convolution of the other direction with the same
 * weights, then through the input scale. No gradient of a weight is ever convolved.
 */
import { convolutionLaunches } from '../../engine/plans/convolution/launches.js';
import { planConvolution } from '../../engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../../engine/plans/convolution/shape.js';
import type { Lowering, Operand } from '../lowering.js';
import { assertShape, type Tensor } from '../tensor.js';
import { type Activation, isLinear } from './activation.js';
import {
  type Epilogue,
  epilogueGradient,
  epilogueParams,
  MOST_POINTWISE,
  plainEpilogue,
  pointwiseGradient,
  scaleGradient,
} from './channel-gradients.js';

export interface ConvolutionOptions {
  /** 1 by default. With `transposed` the factor by which the output grows. */
  readonly stride?: number;
  /** Zeros around the input; with `transposed`, rows and columns cut off around the output. 0 by default. */
  readonly padding?: number;
  /** The transpose: y[stride·q + k − padding] += x[q] · w[k], the kernel not flipped. */
  readonly transposed?: boolean;
  /** [N, I] */
  readonly scaleIn?: Tensor;
  /** [N, O], not zero anywhere. */
  readonly scaleOut?: Tensor;
  /** [O], frozen. */
  readonly bias?: Tensor;
  /** [OH, OW], frozen. */
  readonly noise?: { readonly map: Tensor; readonly strength: number };
  readonly activation?: Activation;
}

/**
 * x [N, H, W, I] with weights [O, I, K, K] (frozen) gives [N, OH, OW, O];
 * OH = ⌊(H + 2·padding − K) / stride⌋ + 1, transposed (H − 1)·stride + K − 2·padding.
 * Gradients flow to x, scaleIn and scaleOut.
 */
export function convolution(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { stride = 1, padding = 0, transposed = false, scaleIn, scaleOut } = options;
  const { graph } = x;
  assertShape('convolution', x, [null, null, null, weight.shape[1]!]);
  const [batch, inHeight, inWidth, inChannels] = x.shape as [number, number, number, number];
  const [outChannels, , kernelSize] = weight.shape as [number, number, number, number];
  assertShape('convolution weight', weight, [null, null, kernelSize, kernelSize]);
  const outSide = (side: number) =>
    transposed
      ? (side - 1) * stride + kernelSize - 2 * padding
      : Math.floor((side + 2 * padding - kernelSize) / stride) + 1;
  const shape: ConvolutionShape = {
    batch,
    inHeight,
    inWidth,
    inChannels,
    outHeight: outSide(inHeight),
    outWidth: outSide(inWidth),
    outChannels,
    kernelSize,
    stride,
    padding,
    transposed,
  };
  if (scaleIn) assertShape('convolution scaleIn', scaleIn, [batch, inChannels]);
  if (scaleOut) assertShape('convolution scaleOut', scaleOut, [batch, outChannels]);
  if (options.bias) assertShape('convolution bias', options.bias, [outChannels]);
  if (options.noise) assertShape('convolution noise', options.noise.map, [shape.outHeight, shape.outWidth]);

  const epilogue = epilogueOf(x, outChannels, options);
  const plain = isLinear(epilogue.activation) && !scaleOut;
  const [out] = graph.operation({
    name: 'convolution',
    inputs: [x, ...(scaleIn ? [scaleIn] : []), ...(scaleOut ? [scaleOut] : [])],
    shapes: [[batch, shape.outHeight, shape.outWidth, outChannels]],
    lower: (emit, [y]) => launchConvolution(emit, { x, weight, shape, scaleIn, epilogue, y: y! }),
    ...(scaleIn && isPointwise(shape) && { accumulates: [0] }),
    backward: ([dy], wanted, [y], [sofar]) => {
      const { du, dscaleOut } = plain
        ? { du: dy!, dscaleOut: undefined }
        : epilogueGradient(dy!, y!, epilogue, Boolean(scaleOut) && wanted.at(-1)!);
      const scales = scaleOut ? [dscaleOut] : [];
      if (!wanted[0] && !(scaleIn && wanted[1]))
        return [undefined, ...(scaleIn ? [undefined] : []), ...scales];
      if (!scaleIn) return [dataGradient(du, weight, shape), ...scales];
      const { dx, dscaleIn } = isPointwise(shape)
        ? pointwiseGradient(du, x, scaleIn, weight, sofar)
        : scaleGradient(dataGradient(du, weight, shape), x, scaleIn);
      return [dx, dscaleIn, ...scales];
    },
  });
  return out!;
}

function isPointwise({ kernelSize, stride, padding, outChannels }: ConvolutionShape): boolean {
  return kernelSize === 1 && stride === 1 && padding === 0 && outChannels <= MOST_POINTWISE;
}

function epilogueOf(x: Tensor, outChannels: number, options: ConvolutionOptions): Epilogue {
  const plain = plainEpilogue(x.graph, x.shape[0]!, outChannels);
  return {
    scaleOut: options.scaleOut ?? plain.scaleOut,
    bias: options.bias ?? plain.bias,
    noise: options.noise ?? plain.noise,
    activation: options.activation ?? plain.activation,
  };
}

/** du [N, OH, OW, O] back to [N, H, W, I]: the convolution of the other direction. */
function dataGradient(du: Tensor, weight: Tensor, forward: ConvolutionShape): Tensor {
  const { graph } = du;
  const shape: ConvolutionShape = {
    ...forward,
    inHeight: forward.outHeight,
    inWidth: forward.outWidth,
    inChannels: forward.outChannels,
    outHeight: forward.inHeight,
    outWidth: forward.inWidth,
    outChannels: forward.inChannels,
    transposed: !forward.transposed,
  };
  const [dv] = graph.operation({
    name: 'data gradient',
    inputs: [du],
    shapes: [[shape.batch, shape.outHeight, shape.outWidth, shape.outChannels]],
    lower: (emit, [y]) => {
      const epilogue = epilogueOf(du, shape.outChannels, {});
      launchConvolution(emit, { x: du, weight, swapped: true, shape, scaleIn: undefined, epilogue, y: y! });
    },
  });
  return dv!;
}

/** Launches what `planConvolution` chooses for a shape; the tensors hold its elements, in whatever shape they are. */
export function launchConvolution(
  emit: Lowering,
  call: {
    readonly x: Tensor;
    readonly weight: Tensor;
    /** The weight is [I, O, K, K] as seen from this convolution. */
    readonly swapped?: boolean;
    readonly shape: ConvolutionShape;
    readonly scaleIn: Tensor | undefined;
    readonly epilogue: Epilogue;
    readonly y: Tensor;
  },
): void {
  const { x, weight, shape, epilogue } = call;
  const { facts, choices } = emit;
  const plan = emit.planned(shape, planConvolution(shape, facts, choices, emit));
  emit.launchAll(
    convolutionLaunches<Operand>(
      shape,
      plan,
      {
        x,
        weight: emit.packed(weight, plan.packing(call.swapped ?? false), plan.weightBytes),
        scaleIn: call.scaleIn ?? x.graph.filled([shape.batch, shape.inChannels], 1),
        scaleOut: epilogue.scaleOut,
        noise: epilogue.noise.map,
        bias: epilogue.bias,
        y: call.y,
      },
      epilogueParams(epilogue),
      emit.memory,
      { mostFlops: emit.mostFlops },
    ),
  );
}

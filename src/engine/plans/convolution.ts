/**
 * Which convolution kernel runs a shape on an adapter, and how it is launched: plain data, made without a GPU.
 * Shapes are NHWC; every kernel of the family has the bindings and parameters of shaders/conv.wgsl.
 */
import type { AdapterFacts } from '../adapter.js';
import type { Packing } from '../constants.js';
import { linearGrid } from '../launch.js';
import type { Constants } from '../preprocess.js';

export interface ConvolutionShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  /** false: y[q] = Σ_k x[stride·q + k − padding] w[k]; true: its transpose, y[stride·q + k − padding] += x[q] w[k]. */
  readonly transposed: boolean;
}

/** The taps of one phase along one axis; see shaders/conv.wgsl. */
interface Axis {
  readonly outputs: number;
  readonly taps: number;
  readonly kStart: number;
  readonly inStart: number;
  readonly outStart: number;
}

export interface ConvolutionPhase {
  readonly y: Axis;
  readonly x: Axis;
}

/** The members of a family: all share bindings and parameters. */
export type ConvolutionKernel = 'conv';

export interface ConvolutionPlan {
  readonly kernel: ConvolutionKernel;
  readonly constants: Constants;
  /** From [O, I, K, K] as published, or with `swap` from [I, O, K, K], to the kernel's order. */
  readonly packing: (swap: boolean) => Packing;
  readonly workgroups: (phase: ConvolutionPhase) => [number, number, number];
}

export function planConvolution(shape: ConvolutionShape, _facts: AdapterFacts): ConvolutionPlan {
  const { batch, inChannels, outChannels, kernelSize } = shape;
  return {
    kernel: 'conv',
    constants: {},
    packing: (swap) => ({
      key: swap ? 'kkoi' : 'kkio',
      pack: (data) => packKernelFirst(data, outChannels, inChannels, kernelSize, swap),
    }),
    workgroups: ({ y, x }) => linearGrid(batch * y.outputs * x.outputs * outChannels),
  };
}

/** The launches that cover all outputs: one, or stride² for a transposed convolution. */
export function phasesOf(shape: ConvolutionShape): ConvolutionPhase[] {
  const rows = axisPhases(shape, shape.outHeight);
  const columns = axisPhases(shape, shape.outWidth);
  return rows.flatMap((y) => columns.map((x) => ({ y, x })));
}

function axisPhases({ kernelSize, stride, padding, transposed }: ConvolutionShape, size: number): Axis[] {
  if (!transposed) return [{ outputs: size, taps: kernelSize, kStart: 0, inStart: -padding, outStart: 0 }];
  const phases: Axis[] = [];
  for (let outStart = 0; outStart < Math.min(stride, size); outStart++) {
    const kStart = (outStart + padding) % stride;
    phases.push({
      outputs: Math.ceil((size - outStart) / stride),
      taps: Math.max(0, Math.ceil((kernelSize - kStart) / stride)),
      kStart,
      inStart: (outStart + padding - kStart) / stride,
      outStart,
    });
  }
  return phases;
}

/** The geometric parameters of one launch, by the names of shaders/conv.wgsl. */
export function phaseParams(shape: ConvolutionShape, { y, x }: ConvolutionPhase) {
  const { stride, transposed } = shape;
  return {
    batch: shape.batch,
    inHeight: shape.inHeight,
    inWidth: shape.inWidth,
    inChannels: shape.inChannels,
    outHeight: shape.outHeight,
    outWidth: shape.outWidth,
    outChannels: shape.outChannels,
    kernelSize: shape.kernelSize,
    phaseHeight: y.outputs,
    phaseWidth: x.outputs,
    tapsY: y.taps,
    tapsX: x.taps,
    kStartY: y.kStart,
    kStartX: x.kStart,
    kStep: transposed ? stride : 1,
    inStride: transposed ? 1 : stride,
    inStartY: y.inStart,
    inStartX: x.inStart,
    tapStep: transposed ? -1 : 1,
    outStride: transposed ? stride : 1,
    outStartY: y.outStart,
    outStartX: x.outStart,
  };
}

/** Multiply-adds count as two. */
export function phaseFlops(
  { batch, inChannels, outChannels }: ConvolutionShape,
  { y, x }: ConvolutionPhase,
): number {
  return 2 * batch * y.outputs * x.outputs * y.taps * x.taps * inChannels * outChannels;
}

/** [O, I, K, K] (or [I, O, K, K] with `swap`) to [K, K, I, O]. */
export function packKernelFirst(
  data: Float32Array,
  out: number,
  into: number,
  kernel: number,
  swap: boolean,
): Float32Array {
  const taps = kernel * kernel;
  const packed = new Float32Array(data.length);
  const [outStep, inStep] = swap ? [taps, out * taps] : [into * taps, taps];
  let at = 0;
  for (let k = 0; k < taps; k++) {
    for (let i = 0; i < into; i++) {
      for (let o = 0; o < out; o++) packed[at++] = data[o * outStep + i * inStep + k]!;
    }
  }
  return packed;
}

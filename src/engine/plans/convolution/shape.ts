/** The shape of a convolution, and its phases: the parts of it that are one sum for every output. Shapes are NHWC. */

import type { Part } from './parts.js';

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

/** Some output rows of a shape, and the rows that the bound arrays hold: all, or only what these need. */
export interface Band {
  /** Output rows, `to` not among them. */
  readonly from: number;
  readonly to: number;
  readonly input: Rows;
  readonly output: Rows;
}

/** Rows of an array: the number of its first one in the whole, and how many. */
export interface Rows {
  readonly first: number;
  readonly count: number;
}

/** The launches that cover a band, with rows counted in the bound arrays. */
export function phasesOfBand(shape: ConvolutionShape, band: Band): ConvolutionPhase[] {
  const outStride = shape.transposed ? shape.stride : 1;
  const at = (row: number, { outStart }: Axis) => Math.max(0, Math.ceil((row - outStart) / outStride));
  return phasesOf(shape)
    .map((phase) => {
      const firstRow = at(band.from, phase.y);
      const rows = Math.min(phase.y.outputs, at(band.to, phase.y)) - firstRow;
      const { y, x } = phaseOfPart(shape, phase, { firstRow, rows });
      return {
        y: { ...y, inStart: y.inStart - band.input.first, outStart: y.outStart - band.output.first },
        x,
      };
    })
    .filter(({ y }) => y.outputs > 0);
}

/** A part of a phase, its rows being those of the phase. */
export function phaseOfPart(
  { stride, transposed }: ConvolutionShape,
  { y, x }: ConvolutionPhase,
  { firstRow, rows }: Pick<Part, 'firstRow' | 'rows'>,
): ConvolutionPhase {
  const [inStride, outStride] = transposed ? [1, stride] : [stride, 1];
  return {
    y: {
      ...y,
      outputs: rows,
      inStart: y.inStart + inStride * firstRow,
      outStart: y.outStart + outStride * firstRow,
    },
    x,
  };
}

/** The geometric parameters of one launch, by the names of shaders/conv.wgsl. */
export function phaseParams(shape: ConvolutionShape, { y, x }: ConvolutionPhase, firstImage = 0) {
  const { stride, transposed } = shape;
  return {
    firstImage,
    batch: shape.batch,
    splits: 1,
    splitImages: 0,
    inHeight: shape.inHeight,
    inWidth: shape.inWidth,
    inChannels: shape.inChannels,
    skipped: 0,
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

/** Of all outputs. */
export function convolutionFlops(shape: ConvolutionShape): number {
  return phasesOf(shape).reduce((sum, phase) => sum + phaseFlops(shape, phase), 0);
}

/** Multiply-adds count as two. */
export function phaseFlops(
  { batch, inChannels, outChannels }: ConvolutionShape,
  { y, x }: ConvolutionPhase,
): number {
  return 2 * batch * y.outputs * x.outputs * y.taps * x.taps * inChannels * outChannels;
}

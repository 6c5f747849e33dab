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

/**
 * The members of the family. All share bindings and parameters, so that a plan is all that an operation needs.
 *   conv           anything; the reference
 *   conv_narrow    any channels, nothing but scalar loads: for images and the layers that make them
 *   conv_tiled     input channels in fours
 *   conv_subgroup  input channels in fours, and subgroups of one known size
 */
export type ConvolutionKernel = 'conv' | 'conv_narrow' | 'conv_tiled' | 'conv_subgroup';

export interface ConvolutionPlan {
  readonly kernel: ConvolutionKernel;
  readonly constants: Constants;
  /** From [O, I, K, K] as published, or with `swap` from [I, O, K, K], to the kernel's order. */
  readonly packing: (swap: boolean) => Packing;
  readonly workgroups: (phase: ConvolutionPhase) => [number, number, number];
}

export function planConvolution(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan {
  return convolutionPlans(shape, facts)[0];
}

/** Every plan that is right for a shape on an adapter, the preferred one first. */
export function convolutionPlans(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan[] {
  const anything = [narrowPlan(shape), plainPlan(shape)];
  if (shape.inChannels % 4 !== 0) return anything;
  const fours = [...subgroupPlans(shape, facts.subgroupSize), tiledPlan(shape)];
  // Four output channels or fewer (images) fill little of a wide tile, and the narrow kernel is built for images anyway.
  return shape.outChannels <= 4 ? [...anything, ...fours] : [...fours, ...anything];
}

/** Output pixels and output channels; both multiples of the lanes of a subgroup. */
interface SubgroupTile {
  readonly pixels: number;
  readonly channels: number;
}

/**
 * Tiles by the subgroup's size, the wide one first, which is for everything that fills it. Sizes that are not here are
 * refused. Measured on software adapters (8 lanes and 4); the others keep 128 sums a lane, or fewer.
 *   8 lanes   64 by 32 and 32 by 64 run as fast as 32 by 32 and take twice as long to compile.
 *   4 lanes   fewer than 64 sums are slower; 32 pixels take half a minute to compile.
 */
const SUBGROUP_TILES: Readonly<Record<number, readonly SubgroupTile[]>> = {
  4: [{ pixels: 16, channels: 16 }],
  8: [
    { pixels: 32, channels: 32 },
    { pixels: 32, channels: 16 },
  ],
  16: [{ pixels: 32, channels: 32 }],
  32: [{ pixels: 32, channels: 64 }],
  64: [{ pixels: 64, channels: 64 }],
};

function subgroupPlans(shape: ConvolutionShape, lanes: number): ConvolutionPlan[] {
  const tiles = SUBGROUP_TILES[lanes] ?? [];
  const fits = ({ channels }: SubgroupTile) => shape.outChannels <= channels;
  // The least tile that takes all output channels, else the widest; the rest behind it.
  const best = tiles.findLast(fits) ?? tiles[0];
  return [best, ...tiles.filter((tile) => tile !== best)]
    .filter((tile) => tile !== undefined)
    .map((tile) => subgroupPlan(shape, lanes, tile));
}

function plainPlan(shape: ConvolutionShape): ConvolutionPlan {
  return {
    kernel: 'conv',
    constants: {},
    packing: (swap) => packingOf(shape, swap, 1),
    workgroups: ({ y, x }) => linearGrid(shape.batch * y.outputs * x.outputs * shape.outChannels),
  };
}

const NARROW = { PIXELS: 4, CHANNELS: 8 };

function narrowPlan(shape: ConvolutionShape): ConvolutionPlan {
  return {
    kernel: 'conv_narrow',
    constants: NARROW,
    packing: (swap) => packingOf(shape, swap, 1),
    workgroups: (phase) => threadGrid(shape, phase, NARROW),
  };
}

const TILED = { PIXELS: 4, CHANNELS: 8 };

function tiledPlan(shape: ConvolutionShape): ConvolutionPlan {
  return {
    kernel: 'conv_tiled',
    constants: TILED,
    packing: (swap) => packingOf(shape, swap, 4),
    workgroups: (phase) => threadGrid(shape, phase, TILED),
  };
}

/** One thread for each tile of some pixels and some channels of one image. */
function threadGrid(
  { batch, outChannels }: ConvolutionShape,
  { y, x }: ConvolutionPhase,
  tile: { readonly PIXELS: number; readonly CHANNELS: number },
): [number, number, number] {
  const pixelTiles = Math.ceil((y.outputs * x.outputs) / tile.PIXELS);
  const [columns, rows] = linearGrid(pixelTiles * Math.ceil(outChannels / tile.CHANNELS));
  return [columns, rows, batch];
}

function subgroupPlan(shape: ConvolutionShape, lanes: number, tile: SubgroupTile): ConvolutionPlan {
  return {
    kernel: 'conv_subgroup',
    constants: { LANES: lanes, LOADS: tile.pixels / lanes, CHANNELS: tile.channels / lanes },
    packing: (swap) => packingOf(shape, swap, 4),
    workgroups: ({ y, x }) => {
      const tiles = Math.ceil((y.outputs * x.outputs) / tile.pixels);
      const rows = Math.ceil(tiles / 65535);
      const channels = Math.ceil(shape.outChannels / tile.channels);
      return [channels, Math.ceil(tiles / rows), rows * shape.batch];
    },
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

function packingOf(shape: ConvolutionShape, swap: boolean, group: number): Packing {
  const { inChannels, outChannels, kernelSize } = shape;
  return {
    key: `${swap ? 'swapped' : 'straight'} kernel-first by ${group}`,
    pack: (data) => packKernelFirst(data, outChannels, inChannels, kernelSize, swap, group),
  };
}

/** [O, I, K, K] (or [I, O, K, K] with `swap`) to [K, K, I / group, O, group]; with a group of 1 that is [K, K, I, O]. */
export function packKernelFirst(
  data: Float32Array,
  out: number,
  into: number,
  kernel: number,
  swap: boolean,
  group = 1,
): Float32Array {
  const taps = kernel * kernel;
  const packed = new Float32Array(data.length);
  const [outStep, inStep] = swap ? [taps, out * taps] : [into * taps, taps];
  let at = 0;
  for (let k = 0; k < taps; k++) {
    for (let first = 0; first < into; first += group) {
      for (let o = 0; o < out; o++) {
        for (let i = first; i < first + group; i++) packed[at++] = data[o * outStep + i * inStep + k];
      }
    }
  }
  return packed;
}

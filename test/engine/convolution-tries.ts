/** Convolutions to try: shapes, operands drawn for them, and what a plan makes of them. */
import { type AdapterFacts, TEXTURE_READS } from '../../src/engine/adapter.js';
import type { Device } from '../../src/engine/device.js';
import { convolutionLaunches } from '../../src/engine/plans/convolution/launches.js';
import type { LaunchOptions } from '../../src/engine/plans/convolution/operands.js';
import type { ConvolutionPlan } from '../../src/engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../../src/engine/plans/convolution/shape.js';
import { type Constant, partOf, type Storage } from '../../src/engine/storage.js';
import { positive, type Random, randomValues, signed } from '../autograd/values.js';
import { runLaunches } from './run-launches.js';

export interface Try {
  readonly name: string;
  readonly batch?: number;
  readonly height: number;
  readonly width: number;
  readonly into: number;
  readonly out: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly transposed?: boolean;
  /** Rows and columns that a strided convolution left over, which its data gradient has and the formula does not. */
  readonly extra?: number;
}

export const TRIES: readonly Try[] = [
  { name: '3×3', height: 8, width: 8, into: 32, out: 32 },
  { name: '3×3, ragged', height: 7, width: 5, into: 12, out: 37 },
  { name: '3×3, batch of 2, 4×4', batch: 2, height: 4, width: 4, into: 8, out: 70 },
  { name: '3×3, batch of 3, wide', batch: 3, height: 1, width: 41, into: 4, out: 3 },
  { name: '1×1 to an image', height: 9, width: 9, into: 64, out: 3, kernel: 1, padding: 0 },
  { name: '1×1 from an image', height: 9, width: 9, into: 3, out: 36, kernel: 1, padding: 0 },
  { name: '3×3 from an image', batch: 2, height: 10, width: 11, into: 3, out: 16 },
  { name: '3×3, few pixels of many channels', batch: 2, height: 3, width: 4, into: 72, out: 40 },
  { name: '1×1, few pixels of many channels', height: 4, width: 4, into: 131, out: 6, kernel: 1 },
  { name: 'one pixel', height: 1, width: 1, into: 20, out: 5 },
  { name: 'stride 2, padding 1', height: 9, width: 12, into: 8, out: 33, stride: 2 },
  { name: 'stride 2, kernel 4', height: 10, width: 10, into: 8, out: 8, kernel: 4, stride: 2 },
  { name: 'stride 3, kernel 1', height: 10, width: 8, into: 8, out: 9, kernel: 1, stride: 3, padding: 0 },
  {
    name: 'transposed, stride 2',
    height: 8,
    width: 5,
    into: 16,
    out: 35,
    stride: 2,
    padding: 0,
    transposed: true,
  },
  {
    name: 'transposed, stride 2, ragged',
    height: 7,
    width: 9,
    into: 13,
    out: 18,
    stride: 2,
    padding: 0,
    transposed: true,
  },
  {
    name: 'transposed, stride 2, batch of 2',
    batch: 2,
    height: 4,
    width: 4,
    into: 32,
    out: 8,
    stride: 2,
    transposed: true,
  },
  {
    name: 'gradient of a stride of 2 with a row left over',
    height: 5,
    width: 5,
    into: 12,
    out: 20,
    stride: 2,
    transposed: true,
    extra: 1,
  },
  {
    name: 'gradient of a stride of 3 that skips pixels',
    height: 4,
    width: 4,
    into: 8,
    out: 12,
    kernel: 1,
    stride: 3,
    padding: 0,
    transposed: true,
    extra: 2,
  },
  { name: '3×3, many tiles', batch: 2, height: 21, width: 14, into: 20, out: 36 },
  { name: '3×3 without padding', height: 9, width: 12, into: 8, out: 8, padding: 0 },
  { name: 'gradient of 3×3, many tiles', height: 19, width: 22, into: 16, out: 40, transposed: true },
  {
    name: 'gradient of 3×3 without padding',
    height: 7,
    width: 6,
    into: 8,
    out: 8,
    padding: 0,
    transposed: true,
  },
  { name: 'gradient of 3×3', height: 6, width: 7, into: 16, out: 12, transposed: true },
];

export interface Operands {
  readonly arrays: Readonly<Record<'x' | 'scaleIn' | 'scaleOut' | 'noise' | 'bias', Float32Array>>;
  readonly weight: Float32Array;
  readonly swap: boolean;
  readonly params: Readonly<Record<'noiseStrength' | 'slope' | 'gain' | 'limit', number>>;
}

export function drawOperands(shape: ConvolutionShape, full: boolean, random: Random): Operands {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, kernelSize } = shape;
  const draw = (count: number, each = signed) => Float32Array.from(randomValues([count], random, each).data);
  return {
    arrays: {
      x: draw(batch * inHeight * inWidth * inChannels),
      scaleIn: full ? draw(batch * inChannels, positive) : new Float32Array(batch * inChannels).fill(1),
      scaleOut: full ? draw(batch * outChannels, positive) : new Float32Array(batch * outChannels).fill(1),
      noise: draw(outHeight * outWidth),
      bias: full ? draw(outChannels) : new Float32Array(outChannels),
    },
    weight: draw(outChannels * inChannels * kernelSize ** 2),
    swap: shape.transposed,
    params: full
      ? { noiseStrength: 0.3, slope: 0.2, gain: Math.SQRT2, limit: 4 }
      : { noiseStrength: 0, slope: 1, gain: 1, limit: 3e38 },
  };
}

/** @param most the first so many alone. */
export function runPlan(
  device: Device,
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
  { arrays, weight, swap, params }: Operands,
  options: LaunchOptions = {},
  most = Number.POSITIVE_INFINITY,
): Promise<Float32Array> {
  const packed: Constant = {
    kind: 'constant',
    label: 'weight',
    bytes: plan.weightBytes,
    data: weight,
    packing: plan.packing(swap),
  };
  const outputs = shape.batch * shape.outHeight * shape.outWidth * shape.outChannels;
  return runLaunches(device, arrays, outputs, (storage, y) =>
    convolutionLaunches<Storage>(
      shape,
      plan,
      { ...storage, weight: packed, y },
      params,
      {
        scratch: (label, elements) => ({ kind: 'temporary', label, bytes: 4 * elements }),
        part: partOf,
      },
      options,
    )
      .slice(0, most)
      .map((launch) => ({ ...launch, label: 'convolution' })),
  );
}

export function shapeOf(each: Try): ConvolutionShape {
  const {
    batch = 1,
    height,
    width,
    into,
    out,
    kernel = 3,
    stride = 1,
    padding = kernel === 1 ? 0 : 1,
  } = each;
  const { transposed = false, extra = 0 } = each;
  const outSide = (side: number) =>
    transposed
      ? (side - 1) * stride + kernel - 2 * padding + extra
      : Math.floor((side + 2 * padding - kernel) / stride) + 1;
  return {
    batch,
    inHeight: height,
    inWidth: width,
    inChannels: into,
    outHeight: outSide(height),
    outWidth: outSide(width),
    outChannels: out,
    kernelSize: kernel,
    stride,
    padding,
    transposed,
  };
}

export const SUBGROUP_SIZES = [0, 4, 8, 16, 32, 64, 128];

export function facts(subgroupSize: number): AdapterFacts {
  return {
    name: 'an adapter',
    vendor: '',
    architecture: '',
    description: '',
    software: true,
    features: new Set([TEXTURE_READS, ...(subgroupSize ? ['subgroups'] : [])]),
    subgroupSize,
  };
}

/** The launches of a plan, with nothing bound. */
export function bareLaunches(
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
  options: LaunchOptions = {},
  scratch: (elements: number) => void = () => {},
) {
  const nothing = { x: 0, weight: 0, scaleIn: 0, scaleOut: 0, noise: 0, bias: 0, y: 0 };
  const epilogue = { noiseStrength: 0, slope: 1, gain: 1, limit: 1 };
  const memory = {
    scratch: (_: string, elements: number) => {
      scratch(elements);
      return 0;
    },
    part: () => 0,
  };
  return convolutionLaunches(shape, plan, nothing, epilogue, memory, options);
}

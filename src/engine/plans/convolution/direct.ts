/**
 * The direct kernels: every output is one sum. Which of them can run a shape on an adapter, and how it is launched.
 * Every kernel of the family has the bindings and parameters of shaders/conv.wgsl.
 */
import type { AdapterFacts } from '../../adapter.js';
import type { Packing } from '../../constants.js';
import { linearGrid } from '../../launch.js';
import type { Constants } from '../../preprocess.js';
import type { ConvolutionPhase, ConvolutionShape } from './shape.js';

/**
 * The members of the family. All share bindings and parameters, so that a plan is all that an operation needs.
 *   conv           anything; the reference
 *   conv_tiled     register tiles, input channels in fours
 *   conv_subgroup  the same with subgroups of one known size
 *   …_ragged       these for any number of input channels
 */
export type DirectKernel =
  | 'conv'
  | 'conv_tiled'
  | 'conv_tiled_ragged'
  | 'conv_subgroup'
  | 'conv_subgroup_ragged';

export interface DirectPlan {
  /** Unique among the plans of a shape, and the same from version to version as long as the kernel means the same. */
  readonly name: string;
  readonly kernel: DirectKernel;
  readonly constants: Constants;
  /** From [O, I, K, K] as published, or with `swap` from [I, O, K, K], to the kernel's order. */
  readonly packing: (swap: boolean) => Packing;
  /** Of the packed weight. */
  readonly weightBytes: number;
  /** For so many images. */
  readonly workgroups: (phase: ConvolutionPhase, images: number) => [number, number, number];
}

/** Every direct plan that is right for a shape on an adapter, the preferred one first. */
export function directPlans(shape: ConvolutionShape, facts: AdapterFacts): DirectPlan[] {
  const fast = [...subgroupPlans(shape, facts.subgroupSize), ...tiledPlans(shape)];
  // Images leave most lanes of a subgroup without a channel.
  const preferred = fast.filter(({ kernel }) => shape.outChannels <= 4 === kernel.startsWith('conv_tiled'));
  return [...preferred, ...fast.filter((plan) => !preferred.includes(plan)), plainPlan(shape)];
}

/** Output pixels and output channels; both multiples of the lanes of a subgroup. */
export interface SubgroupTile {
  readonly pixels: number;
  readonly channels: number;
}

/**
 * Tiles by the subgroup's size, the wide one first, which is for everything that fills it. Sizes that are not here are
 * refused. Measured on software adapters (8 lanes and 4); the others keep 128 sums a lane, or fewer.
 *   8 lanes   64 by 32 and 32 by 64 run as fast as 32 by 32 and take twice as long to compile.
 *   4 lanes   fewer than 64 sums are slower; 32 pixels take half a minute to compile.
 */
export const SUBGROUP_TILES: Readonly<Record<number, readonly SubgroupTile[]>> = {
  4: [{ pixels: 16, channels: 16 }],
  8: [
    { pixels: 32, channels: 32 },
    { pixels: 32, channels: 16 },
  ],
  16: [{ pixels: 32, channels: 32 }],
  32: [{ pixels: 32, channels: 64 }],
  64: [{ pixels: 64, channels: 64 }],
};

function subgroupPlans(shape: ConvolutionShape, lanes: number): DirectPlan[] {
  const tiles = SUBGROUP_TILES[lanes] ?? [];
  const fits = ({ channels }: SubgroupTile) => shape.outChannels <= channels;
  // The least tile that takes all output channels, else the widest; the rest behind it.
  const best = tiles.findLast(fits) ?? tiles[0];
  return [best, ...tiles.filter((tile) => tile !== best)]
    .filter((tile) => tile !== undefined)
    .map((tile) => subgroupPlan(shape, lanes, tile));
}

function plainPlan(shape: ConvolutionShape): DirectPlan {
  return {
    name: 'conv',
    kernel: 'conv',
    constants: {},
    ...weightOf(shape, 1),
    workgroups: ({ y, x }, images) => linearGrid(images * y.outputs * x.outputs * shape.outChannels),
  };
}

/** Output pixels and channels of a thread: much of what has few channels, the other way round else. */
const IMAGE_TILE = { PIXELS: 8, CHANNELS: 4 };
const TILE = { PIXELS: 4, CHANNELS: 8 };

function tiledPlans(shape: ConvolutionShape): DirectPlan[] {
  const tiles = shape.outChannels <= 4 ? [IMAGE_TILE, TILE] : [TILE, IMAGE_TILE];
  const kernel = shape.inChannels % 4 === 0 ? 'conv_tiled' : 'conv_tiled_ragged';
  return tiles.map((tile) => ({
    name: `${kernel} ${tile.PIXELS}x${tile.CHANNELS}`,
    kernel,
    constants: tile,
    ...weightOf(shape, 4),
    workgroups: (phase, images) => threadGrid(shape.outChannels, phase, images, tile),
  }));
}

/** One thread for each tile of some pixels and some channels of one image. */
function threadGrid(
  outChannels: number,
  { y, x }: ConvolutionPhase,
  images: number,
  tile: { readonly PIXELS: number; readonly CHANNELS: number },
): [number, number, number] {
  const pixelTiles = Math.ceil((y.outputs * x.outputs) / tile.PIXELS);
  const [columns, rows] = linearGrid(pixelTiles * Math.ceil(outChannels / tile.CHANNELS));
  return [columns, rows, images];
}

function subgroupPlan(shape: ConvolutionShape, lanes: number, tile: SubgroupTile): DirectPlan {
  const kernel = shape.inChannels % 4 === 0 ? 'conv_subgroup' : 'conv_subgroup_ragged';
  return {
    name: `${kernel} ${tile.pixels}x${tile.channels}`,
    kernel,
    constants: { LANES: lanes, PIXELS: tile.pixels, CHANNELS: tile.channels / lanes },
    ...weightOf(shape, 4),
    workgroups: ({ y, x }, images) => {
      const tiles = Math.ceil((y.outputs * x.outputs) / tile.pixels);
      const rows = Math.ceil(tiles / 65535);
      const channels = Math.ceil(shape.outChannels / tile.channels);
      return [channels, Math.ceil(tiles / rows), rows * images];
    },
  };
}

function weightOf(
  { inChannels, outChannels, kernelSize }: ConvolutionShape,
  group: number,
): Pick<DirectPlan, 'packing' | 'weightBytes'> {
  return {
    weightBytes: 4 * group * Math.ceil(inChannels / group) * outChannels * kernelSize ** 2,
    packing: (swap) => ({
      key: `${swap ? 'swapped' : 'straight'} kernel-first by ${group}`,
      pack: (data) => packKernelFirst(data, outChannels, inChannels, kernelSize, swap, group),
    }),
  };
}

/** [O, I, K, K] (or [I, O, K, K] with `swap`) to [K, K, ⌈I / group⌉, O, group]; with a group of 1 that is [K, K, I, O]. */
export function packKernelFirst(
  data: Float32Array,
  out: number,
  into: number,
  kernel: number,
  swap: boolean,
  group = 1,
): Float32Array {
  const taps = kernel * kernel;
  const groups = Math.ceil(into / group);
  const packed = new Float32Array(taps * groups * out * group);
  const [outStep, inStep] = swap ? [taps, out * taps] : [into * taps, taps];
  for (let k = 0; k < taps; k++) {
    for (let i = 0; i < into; i++) {
      const row = (k * groups + Math.floor(i / group)) * out * group + (i % group);
      for (let o = 0; o < out; o++) packed[row + o * group] = data[o * outStep + i * inStep + k]!;
    }
  }
  return packed;
}

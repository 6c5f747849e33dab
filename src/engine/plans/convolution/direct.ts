/**
 * The direct kernels: every output is one sum. Which of them can run a shape on an adapter, and how it is launched.
 * Every kernel of the family has the bindings and parameters of shaders/conv.wgsl.
 */
import { type AdapterFacts, prefersTextures } from '../../adapter.js';
import type { Packing } from '../../constants.js';
import { linearGrid } from '../../launch.js';
import type { Constants } from '../../preprocess.js';
import {
  BUFFER_LOADS,
  copyCost,
  LAST,
  LAUNCH,
  type Loads,
  RANK,
  SELDOM,
  storedBy,
  TEXTURE_LOADS,
  type Tile,
  threadsAtOnce,
  tilesCost,
  VARIANT,
  WIDE,
  weightsCost,
} from './cost.js';
import { type ConvolutionPhase, type ConvolutionShape, phasesOf } from './shape.js';

/**
 * The members of the family. All share bindings and parameters, so that a plan is all that an operation needs.
 *   conv           anything; the reference
 *   conv_tiled     register tiles, input channels in fours
 *   conv_subgroup  the same with subgroups of one known size
 *   conv_texture   these with operands in textures; conv_tiled_texture without subgroups
 *   conv_shared    the same with workgroup memory
 *   conv_matrix    on matrix units, with operands in half precision
 *   …_ragged       these for any number of input channels
 */
export type DirectKernel =
  | 'conv'
  | 'conv_tiled'
  | 'conv_tiled_ragged'
  | 'conv_tiled_texture'
  | 'conv_tiled_texture_ragged'
  | 'conv_subgroup'
  | 'conv_subgroup_ragged'
  | 'conv_texture'
  | 'conv_texture_ragged'
  | 'conv_shared'
  | 'conv_shared_ragged'
  | 'conv_matrix';

export interface DirectPlan {
  /** Unique among the plans of a shape, and the same from version to version as long as the kernel means the same. */
  readonly name: string;
  readonly kernel: DirectKernel;
  readonly constants: Constants;
  /** From [O, I, K, K] as published, or with `swap` from [I, O, K, K], to the kernel's order. */
  readonly packing: (swap: boolean) => Packing;
  /** Of the packed weight. */
  readonly weightBytes: number;
  /** See cost.ts. */
  readonly cost: number;
  /** Parts in which the sums over the input channels are made, to be added by conv_sum; 1: none. */
  readonly splits?: number;
  /** The most rows of outputs of one launch, where it binds no more of x than they depend on; without it, all of x is bound. */
  readonly mostRows?: number;
  /** For so many images, and each part. */
  readonly workgroups: (phase: ConvolutionPhase, images: number) => [number, number, number];
}

/** Every direct plan that is right for a shape on an adapter, the cheapest by cost.ts first. */
export function directPlans(shape: ConvolutionShape, facts: AdapterFacts): DirectPlan[] {
  const shared = [...matrixPlans(shape, facts), ...sharedPlans(shape, facts)];
  const textures = texturePlans(shape, facts);
  const buffers = [...subgroupPlans(shape, facts.subgroupSize), ...tiledPlans(shape, threadsAtOnce(facts))];
  const seldom = textures.length > 0 ? SELDOM : 0;
  const fast = [
    ...shared.flatMap((plan) => splitPlans(shape, plan)),
    ...shared,
    ...textures,
    ...buffers.map((plan) => ({ ...plan, cost: plan.cost + seldom })),
  ];
  return [...fast.sort((one, other) => one.cost - other.cost), plainPlan(shape)];
}

/** Output pixels and output channels; both multiples of the lanes of a subgroup. */
export interface SubgroupTile {
  readonly pixels: number;
  readonly channels: number;
}

/**
 * Tiles by the subgroup's size, the wide one first, which is for everything that fills it; cost.ts tells the best. Sizes that are not here are
 * refused. Measured on software adapters (8 lanes and 4); the others keep 128 sums a lane, or fewer.
 *   8 lanes   the loop of 32 by 32 just fits the processor's instruction cache: larger ones run at half the speed. 32 by 8 is for pictures.
 *   4 lanes   fewer than 64 sums are slower; 32 pixels take half a minute to compile.
 */
export const SUBGROUP_TILES: Readonly<Record<number, readonly SubgroupTile[]>> = {
  4: [{ pixels: 16, channels: 16 }],
  8: [
    { pixels: 32, channels: 32 },
    { pixels: 32, channels: 16 },
    { pixels: 16, channels: 32 },
    { pixels: 32, channels: 8 },
  ],
  16: [{ pixels: 32, channels: 32 }],
  32: [{ pixels: 32, channels: 64 }],
  64: [{ pixels: 64, channels: 64 }],
};

function subgroupPlans(shape: ConvolutionShape, lanes: number): DirectPlan[] {
  return offeredTiles(shape, SUBGROUP_TILES[lanes]).map((tile) =>
    subgroupPlan(shape, lanes, tile, 'conv_subgroup', BUFFER_LOADS),
  );
}

/**
 * Tiles of the kernels that load from textures, by the subgroup's size: the code that loads being short, they may be wider than those of
 * SUBGROUP_TILES. The first is the widest, with the most pixels.
 */
export const TEXTURE_TILES: Readonly<Record<number, readonly SubgroupTile[]>> = {
  4: [
    { pixels: 16, channels: 32 },
    { pixels: 16, channels: 16 },
  ],
  8: [
    { pixels: 32, channels: 64 },
    { pixels: 32, channels: 32 },
    { pixels: 32, channels: 16 },
    { pixels: 16, channels: 32 },
    { pixels: 32, channels: 8 },
  ],
};

/** Of having the kernel of the widest tile besides the others. */
export function widthCost(lanes: number, { channels }: SubgroupTile): number {
  const [widest, ...others] = TEXTURE_TILES[lanes] ?? [];
  return others.length > 0 && channels === widest?.channels ? WIDE : 0;
}

/** Of x in a texture at once, where a row of outputs does not depend on more by itself. */
const TEXTURE_BYTES = 12 * 2 ** 20;

function texturePlans(shape: ConvolutionShape, facts: AdapterFacts): DirectPlan[] {
  const { batch, inChannels, inHeight, inWidth, stride, transposed } = shape;
  if (!prefersTextures(facts)) return [];
  const lanes = facts.subgroupSize;
  const rowBytes = 4 * inWidth * inChannels * (transposed ? 1 : stride);
  const isCopiedOnce = batch * rowBytes * inHeight <= TEXTURE_BYTES;
  const copies =
    (isCopiedOnce ? 1 : phasesOf(shape).length) * copyCost((batch * inHeight * inWidth * inChannels) / 4);
  const plans =
    lanes === 0
      ? threadTiles(shape).map((tile) =>
          tiledPlan(shape, tile, threadsAtOnce(facts), 'conv_tiled_texture', TEXTURE_LOADS),
        )
      : offeredTiles(shape, TEXTURE_TILES[lanes]).map((tile) => {
          const plan = subgroupPlan(shape, lanes, tile, 'conv_texture', TEXTURE_LOADS);
          return { ...plan, cost: plan.cost + widthCost(lanes, tile) };
        });
  return plans.map((plan) => ({
    ...plan,
    mostRows: Math.max(1, Math.floor(TEXTURE_BYTES / rowBytes)),
    packing: inTexture(plan.packing),
    cost: copies + plan.cost,
  }));
}

/** The same layout, in a texture. */
export function inTexture(packing: (swap: boolean) => Packing): (swap: boolean) => Packing {
  return (swap) => ({ ...packing(swap), key: `${packing(swap).key} in a texture`, form: 'texture' });
}

/** Ragged widths are rare, and each kernel takes a second to compile: they get the narrowest that holds all outputs, or 16 of them. */
function offeredTiles(
  { inChannels, outChannels }: ConvolutionShape,
  tiles: readonly SubgroupTile[] = [],
): readonly SubgroupTile[] {
  if (inChannels % 4 === 0) return tiles;
  const fitting = tiles.filter(({ channels }) => channels >= Math.min(outChannels, 16));
  return fitting.sort((one, other) => one.channels - other.channels).slice(0, 1);
}

function plainPlan(shape: ConvolutionShape): DirectPlan {
  return {
    name: 'conv',
    kernel: 'conv',
    constants: {},
    ...weightOf(shape, 1),
    cost: Number.POSITIVE_INFINITY,
    workgroups: ({ y, x }, images) => linearGrid(images * y.outputs * x.outputs * shape.outChannels),
  };
}

/** Output pixels and channels of a thread: many of what has few channels, the other way round else. */
const IMAGE_TILE = { PIXELS: 8, CHANNELS: 4 };
const TILE = { PIXELS: 4, CHANNELS: 8 };

function tiledPlans(shape: ConvolutionShape, atOnce: number): DirectPlan[] {
  return threadTiles(shape).map((tile) => tiledPlan(shape, tile, atOnce, 'conv_tiled', BUFFER_LOADS));
}

/** One for ragged widths, as of `offeredTiles`. */
function threadTiles({ inChannels, outChannels }: ConvolutionShape): (typeof TILE)[] {
  if (inChannels % 4 === 0) return [IMAGE_TILE, TILE];
  return [outChannels <= 4 ? IMAGE_TILE : TILE];
}

function tiledPlan(
  shape: ConvolutionShape,
  constants: typeof TILE,
  atOnce: number,
  family: 'conv_tiled' | 'conv_tiled_texture',
  loads: Loads,
): DirectPlan {
  const kernel = kernelFor(shape, family);
  const { PIXELS, CHANNELS } = constants;
  const STORED = storedBy(CHANNELS, shape.outChannels);
  const sums = PIXELS * CHANNELS;
  // With the scales.
  const tile = { sums, stores: sums / STORED, pixelLoads: PIXELS, weightLoads: CHANNELS + 1, atOnce };
  return {
    name: `${kernel} ${PIXELS}x${CHANNELS}`,
    kernel,
    constants: { ...constants, STORED },
    ...weightOf(shape, 4),
    cost: costOf(shape, PIXELS, CHANNELS, tile, loads),
    workgroups: (phase, images) => threadGrid(shape.outChannels, phase, images, constants),
  };
}

function kernelFor<
  K extends 'conv_tiled' | 'conv_tiled_texture' | 'conv_subgroup' | 'conv_texture' | 'conv_shared',
>({ inChannels }: ConvolutionShape, kernel: K): K | `${K}_ragged` {
  return inChannels % 4 === 0 ? kernel : `${kernel}_ragged`;
}

/** For tiles of so many output pixels and channels. */
function costOf(shape: ConvolutionShape, pixels: number, channels: number, tile: Tile, loads: Loads): number {
  const { batch, inChannels, outChannels, kernelSize } = shape;
  const pixelLoad = inChannels % 4 === 0 ? loads.even : loads.ragged;
  return phasesOf(shape).reduce(
    (total, { y, x }) => {
      const tiles = batch * Math.ceil((y.outputs * x.outputs) / pixels) * Math.ceil(outChannels / channels);
      const steps = y.taps * x.taps * Math.ceil(inChannels / 4);
      return total + LAUNCH + tilesCost(tiles, steps, tile, loads.even, pixelLoad);
    },
    weightsCost(kernelSize ** 2 * Math.ceil(inChannels / 4) * outChannels),
  );
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

function subgroupPlan(
  shape: ConvolutionShape,
  lanes: number,
  tile: SubgroupTile,
  family: 'conv_subgroup' | 'conv_texture',
  loads: Loads,
): DirectPlan {
  const kernel = kernelFor(shape, family);
  return {
    name: `${kernel} ${tile.pixels}x${tile.channels}`,
    kernel,
    constants: subgroupConstants(lanes, tile, shape.outChannels),
    ...weightOf(shape, 4),
    cost: costOf(shape, tile.pixels, tile.channels, subgroupTile(lanes, tile, shape.outChannels), loads),
    workgroups: (phase, images) => tileGrid(shape.outChannels, phase, images, tile),
  };
}

/** Of the kernels with subgroups, direct and Winograd's. */
export function subgroupConstants(lanes: number, { pixels, channels }: SubgroupTile, outChannels: number) {
  const CHANNELS = channels / lanes;
  return { LANES: lanes, PIXELS: pixels, CHANNELS, STORED: storedBy(CHANNELS, outChannels) };
}

export function subgroupTile(lanes: number, { pixels, channels }: SubgroupTile, outChannels: number): Tile {
  const [pixelLoads, weightLoads] = [pixels / lanes, channels / lanes];
  const sums = pixels * weightLoads;
  return { sums, stores: sums / storedBy(weightLoads, outChannels), pixelLoads, weightLoads, atOnce: 1 };
}

/** Beyond so many pixels, images have too few channels for the threads. */
const MOST_IMAGE_PIXELS = 64 * 64;

/**
 * Each of the 8 by 8 threads has 4 or 8 pixels by 8 channels, or by 4 where there are few. Before all others on hardware, and behind
 * them on software adapters, for which workgroup memory is memory like any other.
 */
function sharedPlans(shape: ConvolutionShape, { software }: AdapterFacts): DirectPlan[] {
  const kernel = kernelFor(shape, 'conv_shared');
  const most = Math.max(...phasesOf(shape).map(({ y, x }) => y.outputs * x.outputs));
  const isLast = software || (shape.outChannels <= 4 && most > MOST_IMAGE_PIXELS);
  return (most > 32 ? [4, 8] : [4]).map((PIXELS) => {
    const constants = { PIXELS, CHANNELS: shape.outChannels > 32 ? 8 : 4 };
    const tile = { pixels: 8 * constants.PIXELS, channels: 8 * constants.CHANNELS };
    return {
      name: `${kernel} ${tile.pixels}x${tile.channels}`,
      kernel,
      constants,
      ...weightOf(shape, 4),
      cost: isLast ? LAST : PIXELS === 4 ? RANK.few : RANK.many,
      workgroups: (phase, images) => tileGrid(shape.outChannels, phase, images, tile),
    };
  });
}

/** Below so many input or output channels a tile is mostly empty. */
const FEWEST_MATRIX_CHANNELS = 32;
const MATRIX_TILE = { pixels: 64, channels: 64 };

/** Before all others, since whoever opened the device wanted them. */
function matrixPlans(shape: ConvolutionShape, { matrix, subgroupSize }: AdapterFacts): DirectPlan[] {
  if (!matrix || shape.inChannels % 4 !== 0) return [];
  const isLast = Math.min(shape.inChannels, shape.outChannels) < FEWEST_MATRIX_CHANNELS;
  return [
    {
      name: `conv_matrix ${MATRIX_TILE.pixels}x${MATRIX_TILE.channels}`,
      kernel: 'conv_matrix',
      constants: { LANES: subgroupSize, ...matrix },
      ...weightOf(shape, 4),
      cost: isLast ? LAST : RANK.matrix,
      workgroups: (phase, images) => tileGrid(shape.outChannels, phase, images, MATRIX_TILE),
    },
  ];
}

/**
 * A GPU wants some hundred workgroups, a small one fewer, a large one more; where an image has few pixels, they come from parts of the
 * input channels.
 */
const WORKGROUPS_WANTED = { usual: 512, few: 128, many: 1024 };
const MOST_SPLITS = 16;

/** Not for a stride: up-convolutions go by bands, and parts are added up over whole images. */
function splitPlans(shape: ConvolutionShape, plan: DirectPlan): DirectPlan[] {
  if (shape.stride !== 1) return [];
  const groups = workgroupsOf(shape, plan);
  const fours = Math.ceil(shape.inChannels / 16);
  const most = Math.min(Math.floor(fours / 2), MOST_SPLITS);
  const countFor = (wanted: number) => Math.min(Math.floor(wanted / groups), most);
  const usual = countFor(WORKGROUPS_WANTED.usual);
  const counts = new Set([usual, countFor(WORKGROUPS_WANTED.few), countFor(WORKGROUPS_WANTED.many)]);
  return [...counts]
    .filter((splits) => splits >= 2)
    .map((splits) => ({
      ...plan,
      name: `${plan.name} in ${splits}`,
      splits,
      cost: splitCost(shape, plan, splits === usual),
      workgroups: (part, images) => {
        const [columns, rows, layers] = plan.workgroups(part, images);
        return [columns, rows, layers * splits];
      },
    }));
}

/** The usual number of parts goes before the whole. */
function splitCost({ outChannels }: ConvolutionShape, { cost }: DirectPlan, isUsual: boolean): number {
  if (outChannels <= 4) return Math.max(cost, RANK.last); // adding up images takes longer
  return isUsual ? cost : cost + VARIANT;
}

/** Of the phase that has most. */
function workgroupsOf(shape: ConvolutionShape, plan: DirectPlan): number {
  return Math.max(
    ...phasesOf(shape).map((phase) => plan.workgroups(phase, shape.batch).reduce((a, b) => a * b)),
  );
}

/** Whether the kernel with workgroup memory has too few workgroups even for a small GPU. */
export function isStarved(shape: ConvolutionShape, facts: AdapterFacts): boolean {
  return sharedPlans(shape, facts).every((plan) => workgroupsOf(shape, plan) < WORKGROUPS_WANTED.few);
}

/** One workgroup for each tile of some pixels and some channels of one image. */
function tileGrid(
  outChannels: number,
  { y, x }: ConvolutionPhase,
  images: number,
  { pixels, channels }: SubgroupTile,
): [number, number, number] {
  const tiles = Math.ceil((y.outputs * x.outputs) / pixels);
  const rows = Math.ceil(tiles / 65535);
  return [Math.ceil(outChannels / channels), Math.ceil(tiles / rows), rows * images];
}

function weightOf(
  { inChannels, outChannels, kernelSize }: ConvolutionShape,
  group: number,
): Pick<DirectPlan, 'packing' | 'weightBytes'> {
  return {
    weightBytes: 4 * group * Math.ceil(inChannels / group) * outChannels * kernelSize ** 2,
    packing: (swap) => ({
      key: `${swap ? 'swapped' : 'straight'} ${inChannels}x${outChannels} kernel-first by ${group}`,
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

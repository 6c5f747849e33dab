/**
 * What a plan costs, for the order in which plans are preferred where nothing was measured. The unit is about a nanosecond of one
 * core on an idle software adapter (lavapipe, 8 lanes), where a load at an index that varies costs as much as ten products. On hardware
 * the kernels with workgroup memory go before all others, by rank, and only the direct ones of large images by cost.
 */
import type { AdapterFacts } from '../../adapter.js';

/** Of a vec4 of channels in every lane: where they come in fours, and where their number is ragged. */
export interface Loads {
  readonly whole: number;
  readonly ragged: number;
}

export const BUFFER_LOADS: Loads = { whole: 22, ragged: 30 };
export const TEXTURE_LOADS: Loads = { whole: 4, ragged: 12 };
/** Of a vec4 that is copied into a texture before. */
const TEXEL_COPY = 3;
/** Of beginning a launch, while all cores wait; fitted, as WEIGHT is, to small layers on llvmpipe with two cores. */
export const LAUNCH = 1.2e5;
/** Cores that share a launch: those without a workgroup wait for the others. Assumed, the same everywhere, so that plans are. */
const CORES = 4;
/** Of a vec4 of weights, read once from beyond a core's own cache. */
const WEIGHT = 3;
/** Of four products in every lane. */
const PRODUCTS = 2.2;
/** Of a store of one to four sums. */
const STORE = 15;
/** On hardware, as races on an NVIDIA H200 had it: Winograd where there is much to do, then tiles of fewer pixels, of which more run at once. */
export const RANK = { matrix: -1, winograd: 0, few: 1, many: 2, last: 3 };
/** Of a variant that a race may find faster. */
export const VARIANT = 0.5;
/** Of a kernel that few shapes ask for: software adapters compile it for half a second or more, spread here over an inversion's runs. */
export const SELDOM = 3e6;
/** Of the widest tile's kernel, which a smaller one can do without: compiled for half a second, too, but asked for by more shapes. */
export const WIDE = 1.2e5;
/** Behind all that have a cost. */
export const LAST = 1e300;

/** Times as much where every thread has a tile of its own, and places to find for each of its pixels. */
const OWN_TILE = 1.6;
/** Of transforming one channel of a tile in every lane, for each of its places: one by one, and in fours that come from a texture. */
const TRANSFORM_INPUT = { 1: 34, 4: 16 };
const TRANSFORM_OUTPUT = { 1: 24, 4: 14 };

/** Threads that run as one: the lanes of a subgroup, where they are known. */
export function threadsAtOnce({ subgroupSize }: Pick<AdapterFacts, 'subgroupSize'>): number {
  return subgroupSize || 8;
}

/** A register tile: how much a lane (or a thread) makes of it and what it loads for four input channels. */
export interface Tile {
  /** Sums of a lane. */
  readonly sums: number;
  /** In so many stores; see `storedBy`. */
  readonly stores: number;
  /** vec4s that a lane loads. */
  readonly pixelLoads: number;
  readonly weightLoads: number;
  /** Tiles that are made at once: one by a subgroup, one by each of the threads that run as one. */
  readonly atOnce: number;
}

/** How many output channels, side by side, a thread stores at once that makes so many (shaders/include/stored.wgsl). */
export function storedBy(channels: number, outChannels: number): number {
  return [4, 2].find((count) => channels % count === 0 && outChannels % count === 0) ?? 1;
}

/** Of so many tiles with so many steps of four input channels each. */
export function tilesCost(tiles: number, steps: number, tile: Tile, load: number, pixelLoad = load): number {
  const { sums, stores, pixelLoads, weightLoads, atOnce } = tile;
  const step = pixelLoads * pixelLoad + weightLoads * load + sums * PRODUCTS;
  const inWorkgroup = atOnce > 1 ? 64 : 1;
  const filled = CORES * inWorkgroup * Math.ceil(tiles / (CORES * inWorkgroup));
  return (filled / atOnce) * (atOnce > 1 ? OWN_TILE : 1) * (steps * step + stores * STORE);
}

/** Of so many vec4s of weights. */
export function weightsCost(fours: number): number {
  return fours * WEIGHT;
}

/** Of so many vec4s that a launch reads as a texture. */
export function copyCost(fours: number): number {
  return fours * TEXEL_COPY;
}

/** Of the transforms before and after the products of a Winograd convolution. */
export function transformCost(
  tiles: number,
  places: number,
  into: Transformed,
  out: Transformed,
  atOnce: number,
): number {
  const channel =
    into.channels * TRANSFORM_INPUT[into.elements] + out.channels * TRANSFORM_OUTPUT[out.elements];
  return (tiles * places * channel) / atOnce;
}

interface Transformed {
  readonly channels: number;
  /** Channels of a thread. */
  readonly elements: 1 | 4;
}

/** The products of a Winograd convolution, one matrix product for each place of a tile: which kernels can make them, in which tiles. */
import type { AdapterFacts } from '../../../adapter.js';
import { linearGrid } from '../../../launch.js';
import {
  BUFFER_LOADS,
  copyCost,
  LAST,
  RANK,
  storedBy,
  TEXTURE_LOADS,
  threadsAtOnce,
  tilesCost,
} from '../cost.js';
import { isStarved } from '../direct/shared.js';
import type { ConvolutionShape } from '../shape.js';
import {
  SUBGROUP_TILES,
  type SubgroupTile,
  subgroupConstants,
  subgroupTile,
  TEXTURE_TILES,
  widthCost,
} from '../subgroup-tiles.js';
import type { WinogradPlan } from './plan.js';

export type Multiply = Pick<WinogradPlan, 'name' | 'kernel' | 'constants' | 'cost' | 'workgroups'>;

export interface Products {
  readonly tiles: number;
  /** Tiles at once. */
  readonly most: number;
  readonly places: number;
  /** Input channels in fours. */
  readonly depth: number;
  readonly outChannels: number;
}

/** The cheapest tile, by subgroups. */
export function subgroupMultiply(products: Products, lanes: number, by: 'subgroup' | 'texture'): Multiply[] {
  const { tiles, places, depth, outChannels } = products;
  const isTexture = by === 'texture';
  const offered = (isTexture ? TEXTURE_TILES : SUBGROUP_TILES)[lanes] ?? [];
  const load = (isTexture ? TEXTURE_LOADS : BUFFER_LOADS).whole;
  const copies = isTexture ? copyCost(places * tiles * depth) : 0;
  const plans = multiplyTiles(products, lanes, offered).map((tile): Multiply => {
    const { pixels, channels } = tile;
    const each = places * Math.ceil(tiles / pixels) * Math.ceil(outChannels / channels);
    const cost = tilesCost(each, depth, subgroupTile(lanes, tile, outChannels), load);
    return {
      name: `${by} ${pixels}x${channels}`,
      kernel: `winograd_multiply_${by}`,
      constants: subgroupConstants(lanes, tile, outChannels),
      cost: cost + copies + (isTexture ? widthCost(lanes, tile) : 0),
      workgroups: (count) => [Math.ceil(outChannels / channels), Math.ceil(count / pixels), places],
    };
  });
  return plans.sort((one, other) => one.cost - other.cost).slice(0, 1);
}

/** One of each width, but of those that hold all channels only the narrowest. */
function multiplyTiles(
  { most, outChannels }: Products,
  lanes: number,
  offered: readonly SubgroupTile[],
): SubgroupTile[] {
  const enough = Math.min(...offered.map(({ channels }) => channels).filter((it) => it >= outChannels));
  const widths = new Set(offered.map(({ channels }) => channels).filter((it) => it <= enough));
  // Fewer tiles a lane where more would find nothing to do.
  const counts = [8, 4, 2].filter((count) => count * lanes <= (offered[0]?.pixels ?? 0));
  const pixels = lanes * (counts.find((count) => count * lanes < 2 * most) ?? 1);
  if (Math.ceil(most / pixels) > 65535) return [];
  return [...widths].map((channels) => ({ pixels, channels }));
}

export function textureMultiply(products: Products, lanes: number): Multiply[] {
  return lanes > 0 ? subgroupMultiply(products, lanes, 'texture') : [tiledTextureMultiply(products)];
}

function tiledTextureMultiply(products: Products): Multiply {
  const { tiles, places, depth } = products;
  const atOnce = threadsAtOnce({ subgroupSize: 0 });
  const tiled = tiledMultiply(products, atOnce, 'winograd_multiply_tiled_texture', TEXTURE_LOADS.whole);
  return { ...tiled, cost: tiled.cost + copyCost(places * tiles * depth) };
}

const TILED = { PIXELS: 4, CHANNELS: 8 };

export function tiledMultiply(
  { tiles, places, depth, outChannels }: Products,
  atOnce: number,
  kernel: 'winograd_multiply' | 'winograd_multiply_tiled_texture',
  load: number,
): Multiply {
  const { PIXELS, CHANNELS } = TILED;
  const threads = (count: number) => Math.ceil(count / PIXELS) * Math.ceil(outChannels / CHANNELS);
  const STORED = storedBy(CHANNELS, outChannels);
  const sums = PIXELS * CHANNELS;
  const tile = { sums, stores: sums / STORED, pixelLoads: PIXELS, weightLoads: CHANNELS, atOnce };
  return {
    name: `${kernel === 'winograd_multiply' ? 'tiled' : 'tiled texture'} ${PIXELS}x${CHANNELS}`,
    kernel,
    constants: { ...TILED, STORED },
    cost: tilesCost(places * threads(tiles), depth, tile, load),
    workgroups: (count) => {
      const [columns, rows] = linearGrid(threads(count));
      return [columns, rows, places];
    },
  };
}

/** Operations of the direct sum, below which the transforms are not worth it on hardware. */
const MUCH = 1e10;

/**
 * For hardware, as the direct kernel with workgroup memory: before it where there is much to do, and where that would have too few
 * workgroups. Its cost is that of the whole.
 */
export function sharedMultiply(
  shape: ConvolutionShape,
  { tiles, most, places, depth, outChannels }: Products,
  facts: AdapterFacts,
): Multiply[] {
  const constants = { PIXELS: most > 32 ? 8 : 4, CHANNELS: outChannels > 32 ? 8 : 4 };
  const [pixels, channels] = [8 * constants.PIXELS, 8 * constants.CHANNELS];
  const columns = Math.ceil(outChannels / channels);
  if (Math.ceil(most / pixels) > 65535) return [];
  const isMuch = places === 36 && 2 * 16 * tiles * 9 * 4 * depth * outChannels >= MUCH;
  const isBetter = isMuch || (shape.stride > 1 && isStarved(shape, facts));
  return [
    {
      name: `shared ${pixels}x${channels}`,
      kernel: 'winograd_multiply_shared',
      constants,
      cost: facts.software || outChannels <= 4 ? LAST : isBetter ? RANK.winograd : RANK.last,
      workgroups: (count) => [columns, Math.ceil(count / pixels), places],
    },
  ];
}

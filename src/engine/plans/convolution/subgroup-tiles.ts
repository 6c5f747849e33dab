/** The tiles of kernels with subgroups, direct and Winograd's. */
import { storedBy, type Tile, WIDE } from './cost.js';
import type { ConvolutionShape } from './shape.js';

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

/** Ragged widths are rare, and each kernel takes a second to compile: they get the narrowest that holds all outputs, or 16 of them. */
export function offeredTiles(
  { inChannels, outChannels }: ConvolutionShape,
  tiles: readonly SubgroupTile[] = [],
): readonly SubgroupTile[] {
  if (inChannels % 4 === 0) return tiles;
  const fitting = tiles.filter(({ channels }) => channels >= Math.min(outChannels, 16));
  return fitting.sort((one, other) => one.channels - other.channels).slice(0, 1);
}

/** Of having the kernel of the widest tile besides the others. */
export function widthCost(lanes: number, { channels }: SubgroupTile): number {
  const [widest, ...others] = TEXTURE_TILES[lanes] ?? [];
  return others.length > 0 && channels === widest?.channels ? WIDE : 0;
}

/** Those of the kernels' `#param`s. */
export function subgroupConstants(lanes: number, { pixels, channels }: SubgroupTile, outChannels: number) {
  const CHANNELS = channels / lanes;
  return { LANES: lanes, PIXELS: pixels, CHANNELS, STORED: storedBy(CHANNELS, outChannels) };
}

/** For its cost. */
export function subgroupTile(lanes: number, { pixels, channels }: SubgroupTile, outChannels: number): Tile {
  const [pixelLoads, weightLoads] = [pixels / lanes, channels / lanes];
  const sums = pixels * weightLoads;
  return { sums, stores: sums / storedBy(weightLoads, outChannels), pixelLoads, weightLoads, atOnce: 1 };
}

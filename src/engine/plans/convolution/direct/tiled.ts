/** Register tiles of single threads: shaders/conv_tiled.wgsl, and conv_tiled_texture.wgsl. */
import { linearGrid } from '../../../launch.js';
import { BUFFER_LOADS, type Loads, storedBy } from '../cost.js';
import type { ConvolutionPhase, ConvolutionShape } from '../shape.js';
import { costOf, type DirectPlan, kernelFor, weightOf } from './plan.js';

/** Output pixels and channels of a thread: many of what has few channels, the other way round else. */
const IMAGE_TILE = { PIXELS: 8, CHANNELS: 4 };
const TILE = { PIXELS: 4, CHANNELS: 8 };

export function tiledPlans(shape: ConvolutionShape, atOnce: number): DirectPlan[] {
  return threadTiles(shape).map((tile) => tiledPlan(shape, tile, atOnce, 'conv_tiled', BUFFER_LOADS));
}

/** One for ragged widths, as of `offeredTiles`. */
export function threadTiles({ inChannels, outChannels }: ConvolutionShape): (typeof TILE)[] {
  if (inChannels % 4 === 0) return [IMAGE_TILE, TILE];
  return [outChannels <= 4 ? IMAGE_TILE : TILE];
}

export function tiledPlan(
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

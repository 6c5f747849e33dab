/** Register tiles of subgroups, whose lanes share what each of them loads: shaders/conv_subgroup.wgsl, and conv_texture.wgsl. */
import { BUFFER_LOADS, type Loads } from '../cost.js';
import type { ConvolutionShape } from '../shape.js';
import {
  offeredTiles,
  SUBGROUP_TILES,
  type SubgroupTile,
  subgroupConstants,
  subgroupTile,
} from '../subgroup-tiles.js';
import { costOf, type DirectPlan, kernelFor, tileGrid, weightOf } from './plan.js';

export function subgroupPlans(shape: ConvolutionShape, lanes: number): DirectPlan[] {
  return offeredTiles(shape, SUBGROUP_TILES[lanes]).map((tile) =>
    subgroupPlan(shape, lanes, tile, 'conv_subgroup', BUFFER_LOADS),
  );
}

export function subgroupPlan(
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

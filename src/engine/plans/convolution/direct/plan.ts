/** What a plan of a direct kernel is, and what all of them share: the weight's order, and grids of tiles. */
import type { Packing } from '../../../constants.js';
import type { Constants } from '../../../preprocess.js';
import { LAUNCH, type Loads, type Tile, tilesCost, weightsCost } from '../cost.js';
import { packKernelFirst } from '../packing.js';
import { type ConvolutionPhase, type ConvolutionShape, phasesOf } from '../shape.js';
import type { SubgroupTile } from '../subgroup-tiles.js';

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

/** The variant for the shape's number of input channels. */
export function kernelFor<
  K extends 'conv_tiled' | 'conv_tiled_texture' | 'conv_subgroup' | 'conv_texture' | 'conv_shared',
>({ inChannels }: ConvolutionShape, kernel: K): K | `${K}_ragged` {
  return inChannels % 4 === 0 ? kernel : `${kernel}_ragged`;
}

/** The cost of a plan in tiles of so many output pixels and channels. */
export function costOf(
  shape: ConvolutionShape,
  pixels: number,
  channels: number,
  tile: Tile,
  loads: Loads,
): number {
  const { batch, inChannels, outChannels, kernelSize } = shape;
  const pixelLoad = inChannels % 4 === 0 ? loads.whole : loads.ragged;
  return phasesOf(shape).reduce(
    (total, { y, x }) => {
      const tiles = batch * Math.ceil((y.outputs * x.outputs) / pixels) * Math.ceil(outChannels / channels);
      const steps = y.taps * x.taps * Math.ceil(inChannels / 4);
      return total + LAUNCH + tilesCost(tiles, steps, tile, loads.whole, pixelLoad);
    },
    weightsCost(kernelSize ** 2 * Math.ceil(inChannels / 4) * outChannels),
  );
}

/** One workgroup for each tile of some pixels and some channels of one image. */
export function tileGrid(
  outChannels: number,
  { y, x }: ConvolutionPhase,
  images: number,
  { pixels, channels }: SubgroupTile,
): [number, number, number] {
  const tiles = Math.ceil((y.outputs * x.outputs) / pixels);
  const rows = Math.ceil(tiles / 65535);
  return [Math.ceil(outChannels / channels), Math.ceil(tiles / rows), rows * images];
}

/** The weight with input channels in groups of so many, which lie side by side. */
export function weightOf(
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

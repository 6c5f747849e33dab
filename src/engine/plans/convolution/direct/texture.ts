/** The tiled kernels with operands in textures, which software adapters load faster: shaders/conv_texture.wgsl, conv_tiled_texture.wgsl. */
import { type AdapterFacts, prefersTextures } from '../../../adapter.js';
import { copyCost, TEXTURE_LOADS, threadsAtOnce } from '../cost.js';
import { inTexture } from '../packing.js';
import { type ConvolutionShape, phasesOf } from '../shape.js';
import { offeredTiles, TEXTURE_TILES, widthCost } from '../subgroup-tiles.js';
import type { DirectPlan } from './plan.js';
import { subgroupPlan } from './subgroup.js';
import { threadTiles, tiledPlan } from './tiled.js';

/** Of x in a texture at once, where a row of outputs does not depend on more by itself. */
const TEXTURE_BYTES = 12 * 2 ** 20;

export function texturePlans(shape: ConvolutionShape, facts: AdapterFacts): DirectPlan[] {
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

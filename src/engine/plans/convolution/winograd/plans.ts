/**
 * Winograd's minimal filtering (Lavin & Gray 2016) for 3×3 convolutions with a stride of 1 or 2, and their transposes; tilings.ts has the
 * sorts of tiles. Three launches: shaders/winograd_input.wgsl, winograd_multiply(_subgroup, _texture, _tiled_texture, _shared).wgsl, winograd_output.wgsl.
 *
 * Error: the largest over the root mean square of the outputs, against float64, at 256 input channels of uniform numbers, on
 * lavapipe (test/engine/convolution-error.cases.ts): direct 5.3e-6, F(2×2) 2.4e-6, F(4×4) 9.5e-6; with a stride of 2 direct 5.7e-6, F3 2.0e-6.
 * With weights in half precision (half-weights.ts) direct 7.8e-4, F(2×2) 1.3e-3, F3 1.0e-3, and F(4×4) would be 5.1e-3.
 */
import { type AdapterFacts, prefersTextures } from '../../../adapter.js';
import type { Packing } from '../../../constants.js';
import { BUFFER_LOADS, LAST, LAUNCH, SELDOM, threadsAtOnce, transformCost, weightsCost } from '../cost.js';
import { inTexture, packWinograd } from '../packing.js';
import type { ConvolutionShape } from '../shape.js';
import {
  type Products,
  sharedMultiply,
  subgroupMultiply,
  textureMultiply,
  tiledMultiply,
} from './multiply.js';
import type { WinogradPlan } from './plan.js';
import { type Tiling, tilesAlong, tilingsOf } from './tilings.js';

/** WebGPU's default limit of a binding, which the weights and a row of tiles have to keep. */
const MOST_BYTES = 128 * 2 ** 20;

/** Of the transformed input and the products together, where a row of tiles is not more by itself. */
export const SCRATCH_BYTES = 24 * 2 ** 20;

/** Every Winograd plan that is right for a shape on an adapter, the cheapest by cost.ts first. */
export function winogradPlans(shape: ConvolutionShape, facts: AdapterFacts): WinogradPlan[] {
  return tilingsOf(shape)
    .flatMap((tiling) => plansOf(shape, tiling, facts))
    .sort((one, other) => one.cost - other.cost);
}

function plansOf(shape: ConvolutionShape, tiling: Tiling, facts: AdapterFacts): WinogradPlan[] {
  const { batch, inChannels, outChannels, outHeight, outWidth, transposed, stride } = shape;
  const into = 4 * Math.ceil(inChannels / 4);
  const tilesY = tilesAlong(shape, tiling, 0, outHeight).count;
  const tilesX = tilesAlong(shape, tiling, 0, outWidth).count;
  const places = tiling.places ** 2;
  const weightBytes = 4 * tiling.weights.length ** 2 * into * outChannels;
  const widest = tilesX * Math.max(into, outChannels);
  if (Math.max(weightBytes, 4 * places * widest) > MOST_BYTES) return [];
  if (Math.ceil(widest / 64) > 65535) return [];
  const rowBytes = 4 * places * tilesX * (into + outChannels);
  const blocks = 4 * places * into * facts.subgroupSize; // to fill up the last one
  const mostRows = Math.max(1, Math.floor((SCRATCH_BYTES - blocks) / rowBytes));
  const turned = transposed && stride === 1;
  const packing = (swap: boolean): Packing => ({
    key: `${swap ? 'swapped' : 'straight'} ${inChannels}x${outChannels} Winograd ${tiling.name}${turned ? ' turned' : ''}`,
    pack: (data) => packWinograd(data, outChannels, inChannels, tiling, swap, turned),
  });
  const products: Products = {
    tiles: batch * tilesY * tilesX,
    most: Math.min(mostRows, batch * tilesY) * tilesX,
    places,
    depth: into / 4,
    outChannels,
  };
  const atOnce = threadsAtOnce(facts);
  const { input, output } = transformsOf(shape, facts);
  const transforms = transformCost(
    products.tiles,
    places,
    { channels: into, ...input },
    { channels: outChannels, ...output },
    atOnce,
  );
  const isOdd = prefersTextures(facts) && (input.elements === 1 || output.elements === 1);
  const launches = 3 * LAUNCH * Math.ceil((batch * tilesY) / mostRows);
  const weights = weightsCost(weightBytes / 16);
  const besides = transforms + launches + weights + (stride > 1 || isOdd ? SELDOM : 0);
  const multiplies = [
    ...(prefersTextures(facts) ? textureMultiply(products, facts.subgroupSize) : []),
    ...subgroupMultiply(products, facts.subgroupSize, 'subgroup'),
    tiledMultiply(products, atOnce, 'winograd_multiply', BUFFER_LOADS.whole),
  ].map((multiply) => ({ ...multiply, cost: facts.software ? besides + multiply.cost : LAST }));
  return [...multiplies, ...sharedMultiply(shape, products, facts)].map((multiply) => ({
    tiling,
    block: multiply.kernel === 'winograd_multiply_texture' ? facts.subgroupSize : 1,
    input,
    output,
    mostRows,
    weightBytes,
    ...multiply,
    packing: /texture/.test(multiply.kernel) ? inTexture(packing) : packing,
    name: `winograd ${tiling.name} ${multiply.name}`,
  }));
}

/** From textures where the adapter prefers them and channels come in fours. */
function transformsOf(
  { inChannels, outChannels }: ConvolutionShape,
  facts: AdapterFacts,
): Pick<WinogradPlan, 'input' | 'output'> {
  return {
    input:
      prefersTextures(facts) && inChannels % 4 === 0
        ? { kernel: 'winograd_input_texture', elements: 4 }
        : { kernel: 'winograd_input', elements: 1 },
    output:
      prefersTextures(facts) && outChannels % 4 === 0
        ? { kernel: 'winograd_output_texture', elements: 4 }
        : { kernel: 'winograd_output', elements: 1 },
  };
}

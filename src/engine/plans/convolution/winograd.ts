/**
 * Winograd's minimal filtering (Lavin & Gray 2016) for 3×3 convolutions with a stride of 1 or 2, and their transposes; tilings.ts has the
 * sorts of tiles. Three launches: shaders/winograd_input.wgsl, winograd_multiply(_subgroup, _texture, _tiled_texture, _shared).wgsl, winograd_output.wgsl.
 *
 * Error: the largest over the root mean square of the outputs, against float64, at 256 input channels of uniform numbers, on
 * lavapipe (test/engine/convolution-error.cases.ts): direct 5.3e-6, F(2×2) 2.4e-6, F(4×4) 9.5e-6; with a stride of 2 direct 5.7e-6, F3 2.0e-6.
 * With weights in half precision (half-weights.ts) direct 7.8e-4, F(2×2) 1.3e-3, F3 1.0e-3, and F(4×4) would be 5.1e-3.
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
  RANK,
  SELDOM,
  storedBy,
  TEXTURE_LOADS,
  threadsAtOnce,
  tilesCost,
  transformCost,
  weightsCost,
} from './cost.js';
import {
  inTexture,
  isStarved,
  SUBGROUP_TILES,
  type SubgroupTile,
  subgroupConstants,
  subgroupTile,
  TEXTURE_TILES,
  widthCost,
} from './direct.js';
import type { ConvolutionShape } from './shape.js';
import { type Tiling, tilesAlong, tilingsOf } from './tilings.js';

export interface WinogradPlan {
  /** Unique among the plans of a shape, and the same from version to version as long as the kernels mean the same. */
  readonly name: string;
  /** The multiplying kernel. */
  readonly kernel:
    | 'winograd_multiply'
    | 'winograd_multiply_subgroup'
    | 'winograd_multiply_texture'
    | 'winograd_multiply_tiled_texture'
    | 'winograd_multiply_shared';
  readonly constants: Constants;
  readonly tiling: Tiling;
  /** Tiles that lie side by side in the transformed input. */
  readonly block: number;
  readonly input: Transform<'winograd_input' | 'winograd_input_texture'>;
  readonly output: Transform<'winograd_output' | 'winograd_output_texture'>;
  /** The most rows of tiles that are made at once, so that scratch memory stays within SCRATCH_BYTES. */
  readonly mostRows: number;
  /** From [O, I, 3, 3] as published, or with `swap` from [I, O, 3, 3], to [WEIGHTS², ⌈I/4⌉, O, 4], transformed. */
  readonly packing: (swap: boolean) => Packing;
  /** Of the packed weight: 4 times the weight with F(4×4), 1.8 with F(2×2), 2.8 with a stride of 2. */
  readonly weightBytes: number;
  /** See cost.ts. */
  readonly cost: number;
  /** Of the multiplying kernel, for so many tiles. */
  readonly workgroups: (tiles: number) => [number, number, number];
}

/** A transforming kernel, the same for all multiplying ones, and the channels of a thread. */
export interface Transform<K> {
  readonly kernel: K;
  readonly elements: 1 | 4;
}

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
    tiledMultiply(products, atOnce, 'winograd_multiply', BUFFER_LOADS.even),
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

type Multiply = Pick<WinogradPlan, 'name' | 'kernel' | 'constants' | 'cost' | 'workgroups'>;

interface Products {
  readonly tiles: number;
  /** Tiles at once. */
  readonly most: number;
  readonly places: number;
  /** Input channels in fours. */
  readonly depth: number;
  readonly outChannels: number;
}

/** The cheapest tile, by subgroups. */
function subgroupMultiply(products: Products, lanes: number, by: 'subgroup' | 'texture'): Multiply[] {
  const { tiles, places, depth, outChannels } = products;
  const isTexture = by === 'texture';
  const offered = (isTexture ? TEXTURE_TILES : SUBGROUP_TILES)[lanes] ?? [];
  const load = (isTexture ? TEXTURE_LOADS : BUFFER_LOADS).even;
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

function textureMultiply(products: Products, lanes: number): Multiply[] {
  return lanes > 0 ? subgroupMultiply(products, lanes, 'texture') : [tiledTextureMultiply(products)];
}

function tiledTextureMultiply(products: Products): Multiply {
  const { tiles, places, depth } = products;
  const atOnce = threadsAtOnce({ subgroupSize: 0 });
  const tiled = tiledMultiply(products, atOnce, 'winograd_multiply_tiled_texture', TEXTURE_LOADS.even);
  return { ...tiled, cost: tiled.cost + copyCost(places * tiles * depth) };
}

const TILED = { PIXELS: 4, CHANNELS: 8 };

function tiledMultiply(
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
function sharedMultiply(
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

/** [O, I, 3, 3] (or [I, O, 3, 3] with `swap`; `turned`: the kernel by 180°) to G g Gᵀ as [WEIGHTS², ⌈I/4⌉, O, 4]. Sums in float64. */
function packWinograd(
  data: Float32Array,
  out: number,
  into: number,
  { weights }: Tiling,
  swap: boolean,
  turned: boolean,
): Float32Array {
  const size = weights.length;
  const rows = Float64Array.from(weights.flat());
  const each = 4 * Math.ceil(into / 4) * out;
  const packed = new Float32Array(size * size * each);
  const half = new Float64Array(3 * size);
  // An element's numbers lie far apart, so the outputs of one input channel are made together.
  for (let i = 0; i < into; i++) {
    for (let o = 0; o < out; o++) {
      const from = 9 * (swap ? i * out + o : o * into + i);
      for (let k = 0; k < 3; k++) {
        const first = data[turned ? from + 8 - k : from + k]!;
        const second = data[turned ? from + 5 - k : from + 3 + k]!;
        const third = data[turned ? from + 2 - k : from + 6 + k]!;
        for (let r = 0; r < size; r++)
          half[3 * r + k] = rows[3 * r]! * first + rows[3 * r + 1]! * second + rows[3 * r + 2]! * third;
      }
      let to = (i >> 2) * out * 4 + o * 4 + (i & 3);
      for (let r = 0; r < size; r++) {
        const [first, second, third] = [half[3 * r]!, half[3 * r + 1]!, half[3 * r + 2]!];
        for (let s = 0; s < size; s++, to += each)
          packed[to] = rows[3 * s]! * first + rows[3 * s + 1]! * second + rows[3 * s + 2]! * third;
      }
    }
  }
  return packed;
}

/**
 * Winograd's minimal filtering (Lavin & Gray 2016) for 3×3 convolutions with stride 1: F(4×4, 3×3) makes 16 outputs from 36
 * products a channel instead of 144, F(2×2, 3×3) 4 from 16 instead of 36. Three launches: shaders/winograd_input.wgsl,
 * winograd_multiply(_subgroup, _shared).wgsl, winograd_output.wgsl.
 *
 * Error: the largest over the root mean square of the outputs, against float64, at 256 input channels of uniform numbers, on
 * lavapipe (test/engine/convolution-error.cases.ts): direct 5.3e-6, F(2×2) 2.4e-6, F(4×4) 9.5e-6; with weights in half precision
 * (half-weights.ts) direct 7.8e-4, F(2×2) 1.3e-3, and F(4×4) would be 5.1e-3.
 */
import type { AdapterFacts } from '../../adapter.js';
import type { Packing } from '../../constants.js';
import { linearGrid } from '../../launch.js';
import type { Constants } from '../../preprocess.js';
import { RANK, threadsAtOnce, tilesCost, transformCost } from './cost.js';
import { SUBGROUP_TILES, subgroupTile } from './direct.js';
import type { ConvolutionShape } from './shape.js';

export interface WinogradPlan {
  /** Unique among the plans of a shape, and the same from version to version as long as the kernels mean the same. */
  readonly name: string;
  /** The multiplying kernel; the transforms are the same for all. */
  readonly kernel: 'winograd_multiply' | 'winograd_multiply_subgroup' | 'winograd_multiply_shared';
  readonly constants: Constants;
  /** Outputs of a tile along one axis. */
  readonly tile: TileSide;
  readonly tilesY: number;
  readonly tilesX: number;
  /** Zeros around the input as this kernel sees it. */
  readonly padding: number;
  /** The most rows of tiles that are made at once, so that scratch memory stays within SCRATCH_BYTES. */
  readonly mostRows: number;
  /** From [O, I, 3, 3] as published, or with `swap` from [I, O, 3, 3], to [SIZE², ⌈I/4⌉, O, 4], transformed. */
  readonly packing: (swap: boolean) => Packing;
  /** Of the packed weight: 4 times the weight with tiles of 4, 1.8 times with tiles of 2. */
  readonly weightBytes: number;
  /** See cost.ts. */
  readonly cost: number;
  /** Of the multiplying kernel, for so many tiles. */
  readonly workgroups: (tiles: number) => [number, number, number];
}

export type TileSide = 2 | 4;

/** WebGPU's default limit of a binding, which the weights and a row of tiles have to keep. */
const MOST_BYTES = 128 * 2 ** 20;

/** Of the transformed input and the products together, where a row of tiles is not more by itself. */
export const SCRATCH_BYTES = 32 * 2 ** 20;

/** Every Winograd plan that is right for a shape on an adapter, the cheapest by cost.ts first. */
export function winogradPlans(shape: ConvolutionShape, facts: AdapterFacts): WinogradPlan[] {
  const { kernelSize, stride, padding, inChannels, outChannels, transposed } = shape;
  if (kernelSize !== 3 || stride !== 1) return [];
  const into = 4 * Math.ceil(inChannels / 4);
  const plans = ([4, 2] as const).flatMap((tile) => {
    const tilesY = Math.ceil(shape.outHeight / tile);
    const tilesX = Math.ceil(shape.outWidth / tile);
    const places = (tile + 2) ** 2;
    const widest = tilesX * Math.max(into, outChannels);
    if (4 * places * Math.max(widest, into * outChannels) > MOST_BYTES) return [];
    if (Math.ceil(widest / 64) > 65535) return [];
    const rowBytes = 4 * places * tilesX * (into + outChannels);
    const mostRows = Math.max(1, Math.floor(SCRATCH_BYTES / rowBytes));
    const common = {
      tile,
      tilesY,
      tilesX,
      // The transpose of a stride of 1 is a convolution with the kernel turned round.
      padding: transposed ? 2 - padding : padding,
      mostRows,
      weightBytes: 4 * places * into * outChannels,
      packing: (swap: boolean): Packing => ({
        key: `${swap ? 'swapped' : 'straight'} Winograd F(${tile}×${tile})${transposed ? ' turned' : ''}`,
        pack: (data) => packWinograd(data, outChannels, inChannels, tile, swap, transposed),
      }),
    };
    const products: Products = {
      tiles: shape.batch * tilesY * tilesX,
      most: Math.min(mostRows, shape.batch * tilesY) * tilesX,
      places,
      depth: into / 4,
      outChannels,
    };
    const atOnce = threadsAtOnce(facts);
    const transforms = transformCost(products.tiles, places, { into, out: outChannels }, atOnce);
    const multiplies = [
      ...subgroupMultiply(products, facts.subgroupSize),
      tiledMultiply(products, atOnce),
    ].map((multiply) => ({ ...multiply, cost: transforms + multiply.cost }));
    return [...multiplies, ...sharedMultiply(products, facts)].map((multiply) => ({
      ...common,
      ...multiply,
      name: `winograd F${tile} ${multiply.name}`,
    }));
  });
  return plans.sort((one, other) => one.cost - other.cost);
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

function subgroupMultiply({ tiles, most, places, depth, outChannels }: Products, lanes: number): Multiply[] {
  const widths = SUBGROUP_TILES[lanes];
  if (!widths) return [];
  const widest = widths[0]!;
  const channels = Math.min(
    ...widths.map((each) => each.channels).filter((it) => it >= outChannels),
    widest.channels,
  );
  // Fewer tiles a lane where more would find nothing to do.
  const loads = [4, 2].find((count) => count * lanes <= widest.pixels && count * lanes < 2 * most) ?? 1;
  const pixels = loads * lanes;
  const each = places * Math.ceil(tiles / pixels) * Math.ceil(outChannels / channels);
  if (Math.ceil(most / pixels) > 65535) return [];
  return [
    {
      name: `subgroup ${pixels}x${channels}`,
      kernel: 'winograd_multiply_subgroup',
      constants: { LANES: lanes, PIXELS: pixels, CHANNELS: channels / lanes },
      cost: tilesCost(each, depth, subgroupTile(lanes, { pixels, channels })),
      workgroups: (count) => [Math.ceil(outChannels / channels), Math.ceil(count / pixels), places],
    },
  ];
}

const TILED = { PIXELS: 4, CHANNELS: 8 };

function tiledMultiply({ tiles, places, depth, outChannels }: Products, atOnce: number): Multiply {
  const { PIXELS, CHANNELS } = TILED;
  const threads = (count: number) => Math.ceil(count / PIXELS) * Math.ceil(outChannels / CHANNELS);
  const tile = { sums: PIXELS * CHANNELS, pixelLoads: PIXELS, weightLoads: CHANNELS, atOnce };
  return {
    name: `tiled ${PIXELS}x${CHANNELS}`,
    kernel: 'winograd_multiply',
    constants: TILED,
    cost: tilesCost(places * threads(tiles), depth, tile),
    workgroups: (count) => {
      const [columns, rows] = linearGrid(threads(count));
      return [columns, rows, places];
    },
  };
}

/** Operations of the direct sum, below which the transforms are not worth it on hardware. */
const MUCH = 1e10;

/** For hardware, as the direct kernel with workgroup memory. Its cost is that of the whole. */
function sharedMultiply(
  { tiles, most, places, depth, outChannels }: Products,
  { software }: AdapterFacts,
): Multiply[] {
  const constants = { PIXELS: most > 32 ? 8 : 4, CHANNELS: outChannels > 32 ? 8 : 4 };
  const [pixels, channels] = [8 * constants.PIXELS, 8 * constants.CHANNELS];
  const columns = Math.ceil(outChannels / channels);
  if (Math.ceil(most / pixels) > 65535) return [];
  const isMuch = places === 36 && 2 * 16 * tiles * 9 * 4 * depth * outChannels >= MUCH;
  return [
    {
      name: `shared ${pixels}x${channels}`,
      kernel: 'winograd_multiply_shared',
      constants,
      cost: software || outChannels <= 4 ? Number.MAX_VALUE : isMuch ? RANK.winograd : RANK.last,
      workgroups: (count) => [columns, Math.ceil(count / pixels), places],
    },
  ];
}

/** G of the weights' transform G g Gᵀ, by rows; the other two matrices stand in shaders/include/winograd_*.wgsl. */
const WEIGHT_TRANSFORM: Readonly<Record<TileSide, readonly (readonly [number, number, number])[]>> = {
  2: [
    [1, 0, 0],
    [0.5, 0.5, 0.5],
    [0.5, -0.5, 0.5],
    [0, 0, 1],
  ],
  // Points 0, √2, -√2, √½, -√½, ∞.
  4: [
    [1, 0, 0],
    [1 / 6, Math.SQRT2 / 6, 1 / 3],
    [1 / 6, -Math.SQRT2 / 6, 1 / 3],
    [-2 / 3, -Math.SQRT2 / 3, -1 / 3],
    [-2 / 3, Math.SQRT2 / 3, -1 / 3],
    [0, 0, 1],
  ],
};

/** [O, I, 3, 3] (or [I, O, 3, 3] with `swap`; `turned`: the kernel by 180°) to G g Gᵀ as [SIZE², ⌈I/4⌉, O, 4]. Sums in float64. */
export function packWinograd(
  data: Float32Array,
  out: number,
  into: number,
  tile: TileSide,
  swap: boolean,
  turned: boolean,
): Float32Array {
  const transform = WEIGHT_TRANSFORM[tile];
  const size = transform.length;
  const each = 4 * Math.ceil(into / 4) * out;
  const packed = new Float32Array(size * size * each);
  const kernel = new Float64Array(9);
  const half = new Float64Array(3 * size);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      const from = 9 * (swap ? i * out + o : o * into + i);
      for (let k = 0; k < 9; k++) kernel[k] = data[from + (turned ? 8 - k : k)]!;
      transform.forEach(([a, b, c], r) => {
        for (let s = 0; s < 3; s++)
          half[3 * r + s] = a * kernel[s]! + b * kernel[3 + s]! + c * kernel[6 + s]!;
      });
      const place = Math.floor(i / 4) * out * 4 + o * 4 + (i % 4);
      for (let r = 0; r < size; r++) {
        transform.forEach(([a, b, c], s) => {
          packed[(r * size + s) * each + place] =
            a * half[3 * r]! + b * half[3 * r + 1]! + c * half[3 * r + 2]!;
        });
      }
    }
  }
  return packed;
}

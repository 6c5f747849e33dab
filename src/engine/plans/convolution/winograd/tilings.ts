/** How Winograd convolutions go over an image, along each axis: tiles of outputs, what they see, and what is multiplied. */
import type { ConvolutionShape } from '../shape.js';

export interface Tiling {
  /** In the names of plans. */
  readonly name: string;
  /** Outputs of a tile: the number in the name of shaders/include/winograd_*.wgsl, where its other two matrices stand. */
  readonly outputs: number;
  /** Inputs that they depend on. */
  readonly seen: number;
  /** Inputs from a tile to the next. */
  readonly step: number;
  /** Products of a tile. */
  readonly places: number;
  /** G of the weights' transform G g Gᵀ, by rows. The last one is that of all places from there on. */
  readonly weights: readonly (readonly [number, number, number])[];
  /** Whether its transform leaves weights well enough conditioned for half precision. */
  readonly takesHalves: boolean;
}

/** F(2×2, 3×3): 16 products for 4 outputs instead of 36. */
const F2: Tiling = {
  name: 'F2',
  outputs: 2,
  seen: 4,
  step: 2,
  places: 4,
  weights: [
    [1, 0, 0],
    [0.5, 0.5, 0.5],
    [0.5, -0.5, 0.5],
    [0, 0, 1],
  ],
  takesHalves: true,
};

/** F(4×4, 3×3): 36 products for 16 outputs instead of 144. Points 0, √2, -√2, √½, -√½, ∞. */
const F4: Tiling = {
  name: 'F4',
  outputs: 4,
  seen: 6,
  step: 4,
  places: 6,
  weights: [
    [1, 0, 0],
    [1 / 6, Math.SQRT2 / 6, 1 / 3],
    [1 / 6, -Math.SQRT2 / 6, 1 / 3],
    [-2 / 3, -Math.SQRT2 / 3, -1 / 3],
    [-2 / 3, Math.SQRT2 / 3, -1 / 3],
    [0, 0, 1],
  ],
  takesHalves: false,
};

/** A stride of 2: 49 products for 9 outputs instead of 81, by F(3, 2) of the outer two taps beside the middle one. */
const STRIDED: Tiling = {
  name: 'F3 of stride 2',
  outputs: 3,
  seen: 7,
  step: 6,
  places: 7,
  weights: [
    [1, 0, 0],
    [0.5, 0, 0.5],
    [0.5, 0, -0.5],
    [0, 0, 1],
    [0, 1, 0],
  ],
  takesHalves: true,
};

/** Its transpose: 49 products for 36 outputs instead of 81. */
const TRANSPOSED: Tiling = {
  name: 'F6 of stride 2',
  outputs: 6,
  seen: 4,
  step: 3,
  places: 7,
  weights: [
    [0, 0, 1],
    [0.5, 0, 0.5],
    [-0.5, 0, 0.5],
    [1, 0, 0],
    [0, 1, 0],
  ],
  takesHalves: true,
};

/** Those that make a shape. */
export function tilingsOf({ kernelSize, stride, transposed }: ConvolutionShape): readonly Tiling[] {
  if (kernelSize !== 3) return [];
  if (stride === 1) return [F4, F2];
  if (stride === 2) return [transposed ? TRANSPOSED : STRIDED];
  return [];
}

export interface Tiles {
  readonly count: number;
  /** The first input that the first tile sees; it may lie outside. */
  readonly start: number;
  /** Outputs of the first tile that lie before the first one wanted. */
  readonly crop: number;
}

/** The tiles along an axis that make `count` outputs from number `from` on. */
export function tilesAlong(
  { stride, padding, transposed }: ConvolutionShape,
  { outputs }: Tiling,
  from: number,
  count: number,
): Tiles {
  if (!transposed) return { count: Math.ceil(count / outputs), start: stride * from - padding, crop: 0 };
  // With a stride of 1 the transpose is a convolution with the kernel turned round.
  if (stride === 1) return { count: Math.ceil(count / outputs), start: from + padding - 2, crop: 0 };
  // Tiles begin with an even output, as they are before rows and columns are cut off around.
  const crop = (from + padding) % 2;
  const start = (from + padding - crop) / 2 - 1;
  return { count: Math.ceil((count + crop) / outputs), start, crop };
}

/** Which kernel runs the FIR after an up-convolution, or its adjoint: plain data, made without a GPU. See shaders/blur.wgsl. */
import { type AdapterFacts, prefersTextures } from '../adapter.js';
import { linearGrid } from '../launch.js';
import type { Constants } from '../preprocess.js';
import { seenBy } from './convolution/parts.js';

/** By the names of the kernels' parameters. */
export interface BlurShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly channels: number;
  /** Columns of zeros on the left. */
  readonly padding: number;
  /** Rows of y to make, from row outFirst on. */
  readonly rows: number;
  readonly outFirst: number;
  /** The row of x under the filter's first tap there; it may lie above x. */
  readonly inFirst: number;
}

export interface BlurPlan {
  readonly kernel: 'blur' | 'blur_tiled' | 'blur_texture';
  readonly constants: Constants;
  readonly workgroups: readonly [number, number, number];
}

export function planBlur(shape: BlurShape, facts: AdapterFacts): BlurPlan {
  return blurPlans(shape, facts)[0]!;
}

/** Measured on software adapters: four columns run 10 % faster and take twice as long to compile. */
const TILE = { PIXELS: 2, ROWS: 8 };

/** Every plan that is right for a shape, the preferred one first. */
export function blurPlans(shape: BlurShape, facts: AdapterFacts): BlurPlan[] {
  const { batch, rows, outWidth, channels } = shape;
  const plain: BlurPlan = {
    kernel: 'blur',
    constants: {},
    workgroups: linearGrid(batch * rows * outWidth * channels),
  };
  if (channels % 4 !== 0) return [plain];
  const tiles = Math.ceil(outWidth / TILE.PIXELS) * Math.ceil(rows / TILE.ROWS);
  const workgroups = linearGrid((batch * tiles * channels) / 4);
  return [
    ...(isCopied(shape, facts) ? [{ kernel: 'blur_texture', constants: TILE, workgroups } as const] : []),
    { kernel: 'blur_tiled', constants: TILE, workgroups },
    plain,
  ];
}

/** Whether x had better be copied into a texture: not where all of several images would be, for some rows of each. */
function isCopied(shape: BlurShape, facts: AdapterFacts): boolean {
  const { batch, inHeight, rows } = shape;
  return copiesBlurred(shape, facts) && (batch === 1 || rows + 3 >= inHeight);
}

/** The same, for bands that hold all that is read of them. */
export function copiesBlurred({ channels }: Pick<BlurShape, 'channels'>, facts: AdapterFacts): boolean {
  return prefersTextures(facts) && channels % 4 === 0;
}

/** The part of x that is read, in elements; of several images all. */
export function seenByBlur({ batch, inHeight, inWidth, channels, rows, inFirst }: BlurShape) {
  return seenBy(
    { inHeight, inWidth, inChannels: channels },
    { firstImage: 0, images: batch },
    inFirst,
    rows + 3,
  );
}

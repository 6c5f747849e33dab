/** Which kernel runs the FIR after an up-convolution, or its adjoint: plain data, made without a GPU. See shaders/blur.wgsl. */
import { linearGrid } from '../launch.js';
import type { Constants } from '../preprocess.js';

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
  readonly kernel: 'blur' | 'blur_tiled';
  readonly constants: Constants;
  readonly workgroups: readonly [number, number, number];
}

export function planBlur(shape: BlurShape): BlurPlan {
  return blurPlans(shape)[0]!;
}

/** Measured on software adapters: four columns run 10 % faster and take twice as long to compile. */
const TILE = { PIXELS: 2, ROWS: 8 };

/** Every plan that is right for a shape, the preferred one first. */
export function blurPlans({ batch, rows, outWidth, channels }: BlurShape): BlurPlan[] {
  const plain: BlurPlan = {
    kernel: 'blur',
    constants: {},
    workgroups: linearGrid(batch * rows * outWidth * channels),
  };
  if (channels % 4 !== 0) return [plain];
  const tiles = Math.ceil(outWidth / TILE.PIXELS) * Math.ceil(rows / TILE.ROWS);
  return [
    { kernel: 'blur_tiled', constants: TILE, workgroups: linearGrid((batch * tiles * channels) / 4) },
    plain,
  ];
}

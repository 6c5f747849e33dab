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
  readonly padding: number;
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
export function blurPlans({ batch, outHeight, outWidth, channels }: BlurShape): BlurPlan[] {
  const plain: BlurPlan = {
    kernel: 'blur',
    constants: {},
    workgroups: linearGrid(batch * outHeight * outWidth * channels),
  };
  if (channels % 4 !== 0) return [plain];
  const tiles = Math.ceil(outWidth / TILE.PIXELS) * Math.ceil(outHeight / TILE.ROWS);
  return [
    { kernel: 'blur_tiled', constants: TILE, workgroups: linearGrid((batch * tiles * channels) / 4) },
    plain,
  ];
}

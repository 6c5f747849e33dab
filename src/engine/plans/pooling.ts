/** Which kernel takes the gradient of maximum pooling back: plain data, made without a GPU. See shaders/pooling.wgsl. */
import { inFours, linearGrid } from '../launch.js';

/** By the names of the kernels' parameters. */
export interface PoolingShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly channels: number;
  readonly size: number;
  readonly stride: number;
}

export interface MaximumGradientPlan {
  readonly kernel:
    | 'pooling.maximum_gradient'
    | 'pooling.maximum_gradient_apart'
    | 'pooling_4.maximum_gradient_apart';
  /** `channels` as the kernel counts them. */
  readonly channels: number;
  readonly workgroups: readonly [number, number, number];
}

/** Windows that lie apart are gone over once each; those that overlap are searched for from every input. */
export function planMaximumGradient(shape: PoolingShape): MaximumGradientPlan {
  const { batch, inHeight, inWidth, channels, size, stride } = shape;
  if (stride < size) {
    const workgroups = linearGrid(batch * inHeight * inWidth * channels);
    return { kernel: 'pooling.maximum_gradient', channels, workgroups };
  }
  const { family, count } = inFours('pooling', channels);
  const cells = Math.ceil(inHeight / stride) * Math.ceil(inWidth / stride);
  return {
    kernel: `${family}.maximum_gradient_apart`,
    channels: count,
    workgroups: linearGrid(batch * cells * count),
  };
}

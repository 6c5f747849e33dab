/** Which kernel takes the gradient of maximum pooling back: plain data, made without a GPU. See shaders/pooling.wgsl. */
import { linearGrid } from '../launch.js';

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
  readonly kernel: 'pooling.maximum_gradient' | 'pooling.maximum_gradient_apart';
  readonly workgroups: readonly [number, number, number];
}

/** Windows that lie apart are gone over once each; those that overlap are searched for from every input. */
export function planMaximumGradient(shape: PoolingShape): MaximumGradientPlan {
  const { batch, inHeight, inWidth, channels, size, stride } = shape;
  if (stride < size) {
    const workgroups = linearGrid(batch * inHeight * inWidth * channels);
    return { kernel: 'pooling.maximum_gradient', workgroups };
  }
  const cells = Math.ceil(inHeight / stride) * Math.ceil(inWidth / stride);
  return { kernel: 'pooling.maximum_gradient_apart', workgroups: linearGrid(batch * cells * channels) };
}

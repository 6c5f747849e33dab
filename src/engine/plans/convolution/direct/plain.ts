/** The reference, which runs everything. */
import { linearGrid } from '../../../launch.js';
import type { ConvolutionShape } from '../shape.js';
import { type DirectPlan, weightOf } from './plan.js';

export function plainPlan(shape: ConvolutionShape): DirectPlan {
  return {
    name: 'conv',
    kernel: 'conv',
    constants: {},
    ...weightOf(shape, 1),
    cost: Number.POSITIVE_INFINITY,
    workgroups: ({ y, x }, images) => linearGrid(images * y.outputs * x.outputs * shape.outChannels),
  };
}

/** On matrix units: shaders/conv_matrix.wgsl. */
import type { AdapterFacts } from '../../../adapter.js';
import { LAST, RANK } from '../cost.js';
import type { ConvolutionShape } from '../shape.js';
import { type DirectPlan, tileGrid, weightOf } from './plan.js';

/** Below so many input or output channels a tile is mostly empty. */
const FEWEST_MATRIX_CHANNELS = 32;
const MATRIX_TILE = { pixels: 64, channels: 64 };

/** Before all others, since whoever opened the device wanted them. */
export function matrixPlans(shape: ConvolutionShape, { matrix, subgroupSize }: AdapterFacts): DirectPlan[] {
  if (!matrix || shape.inChannels % 4 !== 0) return [];
  const isLast = Math.min(shape.inChannels, shape.outChannels) < FEWEST_MATRIX_CHANNELS;
  return [
    {
      name: `conv_matrix ${MATRIX_TILE.pixels}x${MATRIX_TILE.channels}`,
      kernel: 'conv_matrix',
      constants: { LANES: subgroupSize, ...matrix },
      ...weightOf(shape, 4),
      cost: isLast ? LAST : RANK.matrix,
      workgroups: (phase, images) => tileGrid(shape.outChannels, phase, images, MATRIX_TILE),
    },
  ];
}

/** Tiles in workgroup memory, for hardware: shaders/conv_shared.wgsl; and the same in parts of the input channels. */
import type { AdapterFacts } from '../../../adapter.js';
import { LAST, RANK, VARIANT } from '../cost.js';
import { type ConvolutionShape, phasesOf } from '../shape.js';
import { type DirectPlan, kernelFor, tileGrid, weightOf } from './plan.js';

/** Beyond so many pixels, images have too few channels for the threads. */
const MOST_IMAGE_PIXELS = 64 * 64;

/**
 * Each of the 8 by 8 threads has 4 or 8 pixels by 8 channels, or by 4 where there are few. Before all others on hardware, and behind
 * them on software adapters, for which workgroup memory is memory like any other.
 */
export function sharedPlans(shape: ConvolutionShape, { software }: AdapterFacts): DirectPlan[] {
  const kernel = kernelFor(shape, 'conv_shared');
  const most = Math.max(...phasesOf(shape).map(({ y, x }) => y.outputs * x.outputs));
  const isLast = software || (shape.outChannels <= 4 && most > MOST_IMAGE_PIXELS);
  return (most > 32 ? [4, 8] : [4]).map((PIXELS) => {
    const constants = { PIXELS, CHANNELS: shape.outChannels > 32 ? 8 : 4 };
    const tile = { pixels: 8 * constants.PIXELS, channels: 8 * constants.CHANNELS };
    return {
      name: `${kernel} ${tile.pixels}x${tile.channels}`,
      kernel,
      constants,
      ...weightOf(shape, 4),
      cost: isLast ? LAST : PIXELS === 4 ? RANK.few : RANK.many,
      workgroups: (phase, images) => tileGrid(shape.outChannels, phase, images, tile),
    };
  });
}

/**
 * A GPU wants some hundred workgroups, a small one fewer, a large one more; where an image has few pixels, they come from parts of the
 * input channels.
 */
const WORKGROUPS_WANTED = { usual: 512, few: 128, many: 1024 };
const MOST_SPLITS = 16;

/** Not for a stride: up-convolutions go by bands, and parts are added up over whole images. */
export function splitPlans(shape: ConvolutionShape, plan: DirectPlan): DirectPlan[] {
  if (shape.stride !== 1) return [];
  const groups = workgroupsOf(shape, plan);
  const fours = Math.ceil(shape.inChannels / 16);
  const most = Math.min(Math.floor(fours / 2), MOST_SPLITS);
  const countFor = (wanted: number) => Math.min(Math.floor(wanted / groups), most);
  const usual = countFor(WORKGROUPS_WANTED.usual);
  const counts = new Set([usual, countFor(WORKGROUPS_WANTED.few), countFor(WORKGROUPS_WANTED.many)]);
  return [...counts]
    .filter((splits) => splits >= 2)
    .map((splits) => ({
      ...plan,
      name: `${plan.name} in ${splits}`,
      splits,
      cost: splitCost(shape, plan, splits === usual),
      workgroups: (part, images) => {
        const [columns, rows, layers] = plan.workgroups(part, images);
        return [columns, rows, layers * splits];
      },
    }));
}

/** The usual number of parts goes before the whole. */
function splitCost({ outChannels }: ConvolutionShape, { cost }: DirectPlan, isUsual: boolean): number {
  if (outChannels <= 4) return Math.max(cost, RANK.last); // adding up images takes longer
  return isUsual ? cost : cost + VARIANT;
}

/** Of the phase that has most. */
function workgroupsOf(shape: ConvolutionShape, plan: DirectPlan): number {
  return Math.max(
    ...phasesOf(shape).map((phase) => plan.workgroups(phase, shape.batch).reduce((a, b) => a * b)),
  );
}

/** Whether the kernel with workgroup memory has too few workgroups even for a small GPU. */
export function isStarved(shape: ConvolutionShape, facts: AdapterFacts): boolean {
  return sharedPlans(shape, facts).every((plan) => workgroupsOf(shape, plan) < WORKGROUPS_WANTED.few);
}

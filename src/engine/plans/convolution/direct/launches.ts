/** The launches of a direct plan: for each phase, cut between images and rows. */
import { linearGrid } from '../../../launch.js';
import {
  type BareLaunch,
  bare,
  type ConvolutionOperands,
  type EpilogueParams,
  type LaunchOptions,
  type Memory,
  wholeOf,
} from '../operands.js';
import { partsOf, seenBy } from '../parts.js';
import {
  type ConvolutionPhase,
  type ConvolutionShape,
  phaseFlops,
  phaseOfPart,
  phaseParams,
  phasesOfBand,
} from '../shape.js';
import type { DirectPlan } from './plan.js';

export function directLaunches<T>(
  shape: ConvolutionShape,
  plan: DirectPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  memory: Memory<T>,
  { mostFlops = Number.POSITIVE_INFINITY, band = wholeOf(shape) }: LaunchOptions,
): BareLaunch<T>[] {
  const { batch } = shape;
  const elements = shape.inChannels % 4 === 0 ? 4 : 1; // of a Value
  const bound = { ...shape, inHeight: band.input.count, outHeight: band.output.count };
  return phasesOfBand(shape, band).flatMap((phase) => {
    const row = phaseFlops(bound, phase) / (batch * phase.y.outputs);
    const most = Math.min(mostFlops / row, plan.mostRows ?? Number.POSITIVE_INFINITY);
    return partsOf(batch, phase.y.outputs, most).map((part) => {
      const { firstImage, images } = part;
      const cut = phaseOfPart(bound, phase, part);
      const few = { ...bound, batch: images };
      const seen = plan.mostRows === undefined ? undefined : seenBy(bound, part, ...rowsSeen(bound, cut));
      const x = seen ? memory.part(operands.x, 4 * seen.offset, seen.elements) : operands.x;
      return bare({
        kernel: plan.kernel,
        constants: plan.constants,
        bindings: { ...operands, x },
        params: {
          ...phaseParams(few, cut, firstImage),
          skipped: (seen?.offset ?? 0) / elements,
          ...epilogue,
        },
        workgroups: plan.workgroups(cut, images),
        flops: phaseFlops(few, cut),
      });
    });
  });
}

/** The sums in parts, then their sum with the epilogue. */
export function splitLaunches<T>(
  shape: ConvolutionShape,
  plan: DirectPlan,
  splits: number,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  memory: Memory<T>,
  options: LaunchOptions,
): BareLaunch<T>[] {
  if (options.band) throw new Error(`the plan '${plan.name}' adds up whole images, not bands`);
  const { batch, outHeight, outWidth, outChannels } = shape;
  const { scaleOut, noise, bias, y } = operands;
  const elements = batch * outHeight * outWidth * outChannels;
  const sums = memory.scratch('sums in parts', splits * elements);
  const parts = directLaunches(shape, plan, { ...operands, y: sums }, epilogue, memory, options);
  return [
    ...parts.map((launch) => ({ ...launch, params: { ...launch.params, splits, splitImages: batch } })),
    bare({
      kernel: 'conv_sum',
      bindings: { sums, scaleOut, noise, bias, y },
      params: { batch, outHeight, outWidth, outChannels, splits, ...epilogue },
      workgroups: linearGrid(elements),
    }),
  ];
}

/** The first of x's rows that a phase sees, and how many there are from it to the last. */
function rowsSeen(
  { stride, transposed }: ConvolutionShape,
  { y }: ConvolutionPhase,
): [top: number, rows: number] {
  const reach = Math.max(0, y.taps - 1);
  const top = transposed ? y.inStart - reach : y.inStart;
  return [top, (transposed ? 1 : stride) * (y.outputs - 1) + reach + 1];
}

/** The launches of a planned convolution. */
import { directLaunches, splitLaunches } from './direct/launches.js';
import type { BareLaunch, ConvolutionOperands, EpilogueParams, LaunchOptions, Memory } from './operands.js';
import { type ConvolutionPlan, isWinograd } from './plan.js';
import type { ConvolutionShape } from './shape.js';
import { winogradLaunches } from './winograd/launches.js';

export function convolutionLaunches<T>(
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  memory: Memory<T>,
  options: LaunchOptions = {},
): BareLaunch<T>[] {
  return isWinograd(plan)
    ? winogradLaunches(shape, plan, operands, epilogue, memory, options)
    : plan.splits === undefined
      ? directLaunches(shape, plan, operands, epilogue, memory, options)
      : splitLaunches(shape, plan, plan.splits, operands, epilogue, memory, options);
}

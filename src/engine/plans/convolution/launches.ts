/** The launches of a planned convolution. `T` stands for whatever is bound: a tensor's storage, or a buffer. */
import { type KernelName, type Launch, type LaunchOf, linearGrid } from '../../launch.js';
import type { DirectPlan } from './direct.js';
import { type ConvolutionPlan, isWinograd } from './plan.js';
import {
  type Band,
  type ConvolutionPhase,
  type ConvolutionShape,
  phaseFlops,
  phaseParams,
  phasesOf,
  phasesOfBand,
} from './shape.js';
import type { WinogradPlan } from './winograd.js';

/** By the names and layouts of shaders/conv.wgsl; the weight as the plan packs it. */
export interface ConvolutionOperands<T> {
  readonly x: T;
  readonly weight: T;
  readonly scaleIn: T;
  readonly scaleOut: T;
  readonly noise: T;
  readonly bias: T;
  readonly y: T;
}

export interface EpilogueParams {
  readonly noiseStrength: number;
  readonly slope: number;
  readonly gain: number;
  readonly limit: number;
}

export type BareLaunch<T> = Omit<Launch<T>, 'label'>;

export interface LaunchOptions {
  /** The most floating-point operations of one launch, to bound the time of a submit; undefined: no bound. */
  readonly mostFlops?: number | undefined;
}

/** @param scratch makes memory of so many elements that lives between these launches only. */
export function convolutionLaunches<T>(
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  scratch: (name: string, elements: number) => T,
  _options: LaunchOptions = {},
): BareLaunch<T>[] {
  return isWinograd(plan)
    ? winogradLaunches(shape, plan, operands, epilogue, scratch)
    : directLaunches(shape, phasesOf(shape), plan, operands, epilogue);
}

/** Those output rows of a convolution that a band names. */
export function bandLaunches<T>(
  shape: ConvolutionShape,
  band: Band,
  plan: DirectPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  _options: LaunchOptions = {},
): BareLaunch<T>[] {
  const bound = { ...shape, inHeight: band.input.count, outHeight: band.output.count };
  return directLaunches(bound, phasesOfBand(shape, band), plan, operands, epilogue);
}

function directLaunches<T>(
  shape: ConvolutionShape,
  phases: readonly ConvolutionPhase[],
  plan: DirectPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
): BareLaunch<T>[] {
  return phases.map((phase) =>
    bare({
      kernel: plan.kernel,
      constants: plan.constants,
      bindings: { ...operands },
      params: { ...phaseParams(shape, phase), ...epilogue },
      workgroups: plan.workgroups(phase),
      flops: phaseFlops(shape, phase),
    }),
  );
}

function winogradLaunches<T>(
  shape: ConvolutionShape,
  plan: WinogradPlan,
  { x, weight, scaleIn, scaleOut, noise, bias, y }: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  scratch: (name: string, elements: number) => T,
): BareLaunch<T>[] {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const { tile, tilesY, tilesX, padding } = plan;
  const tiles = batch * tilesY * tilesX;
  const places = (tile + 2) ** 2;
  const v = scratch('transformed input', places * tiles * inChannels);
  const m = scratch('products', places * tiles * outChannels);
  const constants = { TILE: tile };
  const [whole] = phasesOf(shape);
  return [
    bare({
      kernel: 'winograd_input',
      constants,
      bindings: { x, scaleIn, v },
      params: { batch, inHeight, inWidth, channels: inChannels, tilesY, tilesX, padding },
      workgroups: linearGrid(tiles * inChannels),
    }),
    bare({
      kernel: plan.kernel,
      constants: plan.constants,
      bindings: { v, u: weight, m },
      params: { tiles, inChannels, outChannels },
      workgroups: plan.workgroups,
      // Those of the direct sum: effective ones, which may pass an adapter's ceiling.
      flops: phaseFlops(shape, whole!),
    }),
    bare({
      kernel: 'winograd_output',
      constants,
      bindings: { m, scaleOut, noise, bias, y },
      params: { batch, outHeight, outWidth, channels: outChannels, tilesY, tilesX, ...epilogue },
      workgroups: linearGrid(tiles * outChannels),
    }),
  ];
}

function bare<K extends KernelName, T>(launch: LaunchOf<K, T>): BareLaunch<T> {
  return { ...launch, constants: launch.constants ?? {}, flops: launch.flops ?? 0 };
}

/** The launches of a planned convolution. `T` stands for whatever is bound: a tensor's storage, or a buffer. */
import { type KernelName, type Launch, type LaunchOf, linearGrid } from '../../launch.js';
import type { DirectPlan } from './direct.js';
import { partsOf } from './parts.js';
import { type ConvolutionPlan, isWinograd } from './plan.js';
import {
  type Band,
  type ConvolutionPhase,
  type ConvolutionShape,
  phaseFlops,
  phaseOfPart,
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
  /**
   * The most floating-point operations of one launch, to bound the time of a submit; without it no bound. Launches are cut between
   * images and between rows of outputs (of tiles, with Winograd), never within a row. The bytes of the result are the same.
   */
  readonly mostFlops?: number | undefined;
}

/** @param scratch makes memory of so many elements that lives between these launches only. */
export function convolutionLaunches<T>(
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  scratch: (name: string, elements: number) => T,
  options: LaunchOptions = {},
): BareLaunch<T>[] {
  return isWinograd(plan)
    ? winogradLaunches(shape, plan, operands, epilogue, scratch, options)
    : plan.splits === undefined
      ? directLaunches(shape, phasesOf(shape), plan, operands, epilogue, options)
      : splitLaunches(shape, plan, plan.splits, operands, epilogue, scratch, options);
}

/** Those output rows of a convolution that a band names. */
export function bandLaunches<T>(
  shape: ConvolutionShape,
  band: Band,
  plan: DirectPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  options: LaunchOptions = {},
): BareLaunch<T>[] {
  if (plan.splits !== undefined) throw new Error(`the plan '${plan.name}' needs memory that bands have not`);
  const bound = { ...shape, inHeight: band.input.count, outHeight: band.output.count };
  return directLaunches(bound, phasesOfBand(shape, band), plan, operands, epilogue, options);
}

function directLaunches<T>(
  shape: ConvolutionShape,
  phases: readonly ConvolutionPhase[],
  plan: DirectPlan,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  { mostFlops = Number.POSITIVE_INFINITY }: LaunchOptions,
): BareLaunch<T>[] {
  const { batch } = shape;
  return phases.flatMap((phase) => {
    const row = phaseFlops(shape, phase) / (batch * phase.y.outputs);
    return partsOf(batch, phase.y.outputs, mostFlops / row).map((part) => {
      const { firstImage, images } = part;
      const cut = phaseOfPart(shape, phase, part);
      const few = { ...shape, batch: images };
      return bare({
        kernel: plan.kernel,
        constants: plan.constants,
        bindings: { ...operands },
        params: { ...phaseParams(few, cut, firstImage), ...epilogue },
        workgroups: plan.workgroups(cut, images),
        flops: phaseFlops(few, cut),
      });
    });
  });
}

/** The sums in parts, then their sum with the epilogue. */
function splitLaunches<T>(
  shape: ConvolutionShape,
  plan: DirectPlan,
  splits: number,
  operands: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  scratch: (name: string, elements: number) => T,
  options: LaunchOptions,
): BareLaunch<T>[] {
  const { batch, outHeight, outWidth, outChannels } = shape;
  const { scaleOut, noise, bias, y } = operands;
  const elements = batch * outHeight * outWidth * outChannels;
  const sums = scratch('sums in parts', splits * elements);
  const parts = directLaunches(shape, phasesOf(shape), plan, { ...operands, y: sums }, epilogue, options);
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

function winogradLaunches<T>(
  shape: ConvolutionShape,
  plan: WinogradPlan,
  { x, weight, scaleIn, scaleOut, noise, bias, y }: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  scratch: (name: string, elements: number) => T,
  { mostFlops = Number.POSITIVE_INFINITY }: LaunchOptions,
): BareLaunch<T>[] {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const { tile, tilesY, tilesX, padding } = plan;
  // Those of the direct sum: effective ones, which may pass an adapter's ceiling.
  const flops = (images: number, outputRows: number) =>
    2 * images * outputRows * outWidth * 9 * inChannels * outChannels;
  const parts = partsOf(batch, tilesY, Math.min(plan.mostRows, mostFlops / flops(1, tile)));
  const places = (tile + 2) ** 2;
  const depth = Math.ceil(inChannels / 4);
  const most = parts[0]!.images * parts[0]!.rows * tilesX;
  const v = scratch('transformed input', places * most * 4 * depth);
  const m = scratch('products', places * most * outChannels);
  const constants = { TILE: tile };
  return parts.flatMap((part) => {
    const { images, firstRow, rows } = part;
    const tiles = images * rows * tilesX;
    const outputRows = Math.min(outHeight, tile * (firstRow + rows)) - tile * firstRow;
    const groups = (channels: number): [number, number, number] => [
      Math.ceil((tilesX * channels) / 64),
      rows,
      images,
    ];
    return [
      bare({
        kernel: 'winograd_input',
        constants,
        bindings: { x, scaleIn, v },
        params: { ...part, tilesX, inHeight, inWidth, channels: inChannels, padding },
        workgroups: groups(4 * depth),
      }),
      bare({
        kernel: plan.kernel,
        constants: plan.constants,
        bindings: { v, u: weight, m },
        params: { tiles, depth, outChannels },
        workgroups: plan.workgroups(tiles),
        flops: flops(images, outputRows),
      }),
      bare({
        kernel: 'winograd_output',
        constants,
        bindings: { m, scaleOut, noise, bias, y },
        params: { ...part, tilesX, outHeight, outWidth, channels: outChannels, ...epilogue },
        workgroups: groups(outChannels),
      }),
    ];
  });
}

function bare<K extends KernelName, T>(launch: LaunchOf<K, T>): BareLaunch<T> {
  return { ...launch, constants: launch.constants ?? {}, flops: launch.flops ?? 0 };
}

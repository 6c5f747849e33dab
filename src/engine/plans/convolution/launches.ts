/** The launches of a planned convolution. `T` stands for whatever is bound: a tensor's storage, or a buffer. */
import { type KernelName, type Launch, type LaunchOf, linearGrid } from '../../launch.js';
import type { DirectPlan } from './direct.js';
import { partsOf, seenBy } from './parts.js';
import { type ConvolutionPlan, isWinograd } from './plan.js';
import {
  type Band,
  type ConvolutionPhase,
  type ConvolutionShape,
  convolutionFlops,
  phaseFlops,
  phaseOfPart,
  phaseParams,
  phasesOfBand,
} from './shape.js';
import { tilesAlong } from './tilings.js';
import type { Transform, WinogradPlan } from './winograd.js';

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
  /** Those output rows alone, in arrays that hold no more than they need; without it all. */
  readonly band?: Band | undefined;
}

export interface Memory<T> {
  /** Memory of so many elements that lives between the launches of one convolution only. */
  scratch(name: string, elements: number): T;
  /** Some elements of an operand; the offset in bytes is a multiple of STORAGE_ALIGNMENT. */
  part(operand: T, offset: number, elements: number): T;
}

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

function wholeOf({ inHeight, outHeight }: ConvolutionShape): Band {
  return {
    from: 0,
    to: outHeight,
    input: { first: 0, count: inHeight },
    output: { first: 0, count: outHeight },
  };
}

function directLaunches<T>(
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
function splitLaunches<T>(
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

function winogradLaunches<T>(
  shape: ConvolutionShape,
  plan: WinogradPlan,
  { x, weight, scaleIn, scaleOut, noise, bias, y }: ConvolutionOperands<T>,
  epilogue: EpilogueParams,
  memory: Memory<T>,
  { mostFlops = Number.POSITIVE_INFINITY, band = wholeOf(shape) }: LaunchOptions,
): BareLaunch<T>[] {
  const { batch, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const { tiling } = plan;
  const height = band.to - band.from;
  const down = tilesAlong(shape, tiling, band.from, height);
  const across = tilesAlong(shape, tiling, 0, outWidth);
  // Those of the direct sum: effective ones, which may pass an adapter's ceiling.
  const image = convolutionFlops(shape) / batch;
  const flopsTo = (row: number) =>
    Math.floor((image * (band.from + Math.min(height, Math.max(0, row)))) / outHeight);
  const parts = partsOf(
    batch,
    down.count,
    Math.min(plan.mostRows, mostFlops / Math.ceil((image * tiling.outputs) / outHeight)),
  );
  const tilesX = across.count;
  const places = tiling.places ** 2;
  const depth = Math.ceil(inChannels / 4);
  const width = (4 * depth) / plan.input.elements;
  const most = parts[0]!.images * parts[0]!.rows * tilesX;
  const filled = (tiles: number) => plan.block * Math.ceil(tiles / plan.block);
  const v = memory.scratch('transformed input', places * filled(most) * 4 * depth);
  const m = memory.scratch('products', places * most * outChannels);
  const bound = { ...shape, inHeight: band.input.count };
  const top = down.start - band.input.first;
  const { input, output } = plan;
  const constants = { TILE: tiling.outputs, SEEN: tiling.seen, STEP: tiling.step, PLACES: tiling.places };
  return parts.flatMap((part) => {
    const { firstImage, images, firstRow, rows } = part;
    const tiles = images * rows * tilesX;
    const firstOutput = tiling.outputs * firstRow - down.crop;
    const seen = seenBy(bound, part, top + tiling.step * firstRow, tiling.step * (rows - 1) + tiling.seen);
    const groups = (channels: number): [number, number, number] => [
      Math.ceil((tilesX * channels) / 64),
      rows,
      images,
    ];
    return [
      bare({
        kernel: input.kernel,
        constants: { ...constants, BLOCK: plan.block, TURNS: turnsOf(input, tiling.places) },
        bindings: { x: memory.part(x, 4 * seen.offset, seen.elements), scaleIn, v },
        params: {
          firstImage,
          firstRow,
          rows,
          tilesX,
          inHeight: bound.inHeight,
          inWidth,
          channels: inChannels / input.elements,
          width,
          places: filled(tiles) * width,
          top,
          left: across.start,
          skipped: seen.offset / input.elements,
        },
        workgroups: groups(width),
      }),
      bare({
        kernel: plan.kernel,
        constants: plan.constants,
        bindings: { v: memory.part(v, 0, places * filled(tiles) * 4 * depth), u: weight, m },
        params: { tiles, depth, outChannels, places: tiling.places, weights: tiling.weights.length },
        workgroups: plan.workgroups(tiles),
        flops: images * (flopsTo(firstOutput + tiling.outputs * rows) - flopsTo(firstOutput)),
      }),
      bare({
        kernel: output.kernel,
        constants: { ...constants, TURNS: turnsOf(output, tiling.outputs) },
        bindings: { m: memory.part(m, 0, places * tiles * outChannels), scaleOut, noise, bias, y },
        params: {
          ...part,
          tilesX,
          cropY: down.crop,
          cropX: across.crop,
          height,
          outFirst: band.from - band.output.first,
          outHeight: band.output.count,
          outWidth,
          channels: outChannels / output.elements,
          ...epilogue,
        },
        workgroups: groups(outChannels / output.elements),
      }),
    ];
  });
}

/**
 * In how many turns of a loop a transform makes its columns. Those from textures are for software adapters, which take too long to compile
 * what is written out; on hardware no driver shall keep a loop, since the arrays that it indexes would then lie in memory.
 */
function turnsOf({ elements }: Transform<string>, columns: number): number {
  return elements === 4 ? columns : 0;
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

function bare<K extends KernelName, T>(launch: LaunchOf<K, T>): BareLaunch<T> {
  return { ...launch, constants: launch.constants ?? {}, flops: launch.flops ?? 0 };
}

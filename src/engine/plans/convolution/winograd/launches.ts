/** The three launches of a Winograd plan, once for each part that scratch memory holds. */
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
import { type ConvolutionShape, convolutionFlops } from '../shape.js';
import type { Transform, WinogradPlan } from './plan.js';
import { tilesAlong } from './tilings.js';

export function winogradLaunches<T>(
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

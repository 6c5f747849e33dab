import type { Colour } from './draw/canvas.js';
import { paintScene, type Scene, type Shape, sceneToSvg } from './draw/scene.js';
import { measureText, wrapText } from './draw/text.js';
import { hairline, ink, inkQuiet, lineColours } from './draw/theme.js';
import type { Image } from './image.js';
import { type Axis, linearAxis, logAxis } from './ticks.js';

/** One curve. Without `x`, values stand at 0, 1, 2, … NaN and infinite values, and values ≤ 0 on a log axis, are gaps. */
export interface Series {
  readonly name: string;
  readonly y: ArrayLike<number>;
  readonly x?: ArrayLike<number>;
  /** Default: the next of six colours that colour-blind readers can tell apart. */
  readonly colour?: Colour;
  /** A broken line, for references. Default false. */
  readonly dashed?: boolean;
}

export interface PlotOptions {
  readonly title: string;
  readonly series: readonly Series[];
  readonly subtitle?: string;
  /** What runs to the right. Default "Step". */
  readonly xLabel?: string;
  /** What goes up, written above the axis. */
  readonly yLabel?: string;
  /** Default linear. */
  readonly yScale?: 'linear' | 'log';
  /** In CSS pixels. Default 760 × 440. */
  readonly width?: number;
  readonly height?: number;
}

/** A chart in two forms. */
export interface Plot {
  readonly svg: string;
  /** Painted at two pixels to a CSS pixel. */
  readonly image: Image;
}

const margin = 28;
const small = 12;
const gap = 12;

/** A line chart with a title, axes with sensible ticks, and each curve's name at its end, as SVG and as a picture. */
export function plot(options: PlotOptions): Plot {
  const scene = plotScene(options);
  return { svg: sceneToSvg(scene), image: paintScene(scene, 2) };
}

/** A curve ready to be drawn: its unbroken pieces, each x, y, x, y, …, in the values' own units. */
interface Curve {
  readonly name: string;
  readonly colour: Colour;
  readonly dashed: boolean;
  readonly pieces: readonly (readonly number[])[];
}

function plotScene(options: PlotOptions): Scene {
  const { width = 760, height = 440, title, subtitle, xLabel = 'Step', yLabel, yScale = 'linear' } = options;
  const curves = options.series.map((series, i): Curve => {
    const pieces = unbroken(series, yScale);
    return {
      name: pieces.length > 0 ? series.name : `${series.name} (no values)`,
      colour: series.colour ?? lineColours[i % lineColours.length],
      dashed: series.dashed ?? false,
      pieces,
    };
  });
  const xs = range(curves, 0);
  const ys = range(curves, 1);
  const yAxis = yScale === 'log' ? logAxis(...(ys ?? [0.1, 1])) : linearAxis(...(ys ?? [0, 1]), 5);

  const nameSize = { size: small, weight: 'semibold' } as const;
  const names = Math.max(0, ...curves.map((curve) => measureText(curve.name, nameSize)));
  const nameWidth = Math.min(names, width / 3);
  const tickWidth = Math.max(...yAxis.ticks.map(({ label }) => measureText(label, { size: small })));
  const titles = wrapText(title, width - 2 * margin, { size: 18, weight: 'semibold' });
  const subtitles = subtitle ? wrapText(subtitle, width - 2 * margin, { size: 13 }) : [];
  const left = margin + tickWidth + gap;
  const right = width - margin - (nameWidth > 0 ? nameWidth + gap : 0);
  const shapes: Shape[] = [];
  let y = margin - 10;
  for (const text of titles) {
    y += 24;
    shapes.push({ kind: 'text', text, x: margin, y, size: 18, weight: 'semibold', colour: ink });
  }
  y += 4;
  for (const text of subtitles) {
    y += 18;
    shapes.push({ kind: 'text', text, x: margin, y, size: 13, colour: inkQuiet });
  }
  y += 16;
  if (yLabel) {
    y += 14;
    shapes.push({ kind: 'text', text: yLabel, x: margin, y, size: small, colour: inkQuiet });
  }
  const top = Math.round(y + 14);
  const bottom = height - margin - 38;

  const xAxis = linearAxis(...(xs ?? [0, 1]), Math.max(2, Math.round((right - left) / 100)), false);
  shapes.push(...drawAxes(xAxis, yAxis, { left, right, top, bottom }));
  shapes.push({
    kind: 'text',
    text: xLabel,
    x: (left + right) / 2,
    y: bottom + 42,
    size: small,
    colour: inkQuiet,
    align: 'centre',
  });

  const place = (x: number, value: number) => [
    left + xAxis.position(x) * (right - left),
    bottom - yAxis.position(value) * (bottom - top),
  ];
  const ends: { name: string; colour: Colour; y: number }[] = [];
  for (const { name, colour, dashed, pieces } of curves) {
    let end = bottom;
    for (const piece of pieces) {
      const points: number[] = [];
      for (let i = 0; i < piece.length; i += 2) points.push(...place(piece[i], piece[i + 1]));
      end = points[points.length - 1];
      // A value with gaps on both sides is a dot.
      if (points.length === 2)
        shapes.push({ kind: 'line', points: [...points, ...points], width: 5, colour });
      else if (dashed) shapes.push({ kind: 'line', points: thin(points), width: 1.5, colour, dash: 5 });
      else shapes.push({ kind: 'line', points: thin(points), width: 2, colour });
    }
    ends.push({ name, colour, y: end });
  }
  for (const { name, colour, y: at } of spread(ends, top, bottom)) {
    const [text] = wrapText(name, nameWidth + 0.5, nameSize, 1);
    shapes.push({ kind: 'text', text, x: right + gap, y: at + 4.5, ...nameSize, colour });
  }
  return { width, height, shapes };
}

/** Grid lines with the values' ticks to their left, the base line, and the ticks below it. */
function drawAxes(
  xAxis: Axis,
  yAxis: Axis,
  box: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): Shape[] {
  const { left, right, top, bottom } = box;
  const shapes: Shape[] = [];
  for (const { value, label } of yAxis.ticks) {
    const y = Math.round(bottom - yAxis.position(value) * (bottom - top)) + 0.5;
    shapes.push({ kind: 'line', points: [left, y, right, y], width: 1, colour: hairline });
    shapes.push({
      kind: 'text',
      text: label,
      x: left - gap,
      y: y + 4,
      size: small,
      colour: inkQuiet,
      align: 'right',
    });
  }
  shapes.push({
    kind: 'line',
    points: [left, bottom + 0.5, right, bottom + 0.5],
    width: 1,
    colour: inkQuiet,
  });
  for (const { value, label } of xAxis.ticks) {
    const x = Math.round(left + xAxis.position(value) * (right - left)) + 0.5;
    shapes.push({ kind: 'line', points: [x, bottom + 0.5, x, bottom + 5], width: 1, colour: inkQuiet });
    shapes.push({
      kind: 'text',
      text: label,
      x,
      y: bottom + 20,
      size: small,
      colour: inkQuiet,
      align: 'centre',
    });
  }
  return shapes;
}

/** Cuts a series where values are missing. */
function unbroken({ x, y }: Series, yScale: 'linear' | 'log'): number[][] {
  const pieces: number[][] = [];
  let piece: number[] = [];
  for (let i = 0; i < y.length; i++) {
    const at = x ? x[i] : i;
    if (Number.isFinite(y[i]) && Number.isFinite(at) && (yScale === 'linear' || y[i] > 0)) {
      if (piece.length === 0) pieces.push(piece);
      piece.push(at, y[i]);
    } else piece = [];
  }
  return pieces;
}

/** The least and greatest x (offset 0) or y (offset 1) of all curves, undefined where there is no point. */
function range(curves: readonly Curve[], offset: 0 | 1): [number, number] | undefined {
  let [least, greatest] = [Infinity, -Infinity];
  for (const { pieces } of curves) {
    for (const piece of pieces) {
      for (let i = offset; i < piece.length; i += 2) {
        least = Math.min(least, piece[i]);
        greatest = Math.max(greatest, piece[i]);
      }
    }
  }
  return least <= greatest ? [least, greatest] : undefined;
}

/**
 * Leaves out points that no reader could see: of those within half a pixel of x, the first, lowest, highest and last stay.
 * `points` go to the right.
 */
function thin(points: readonly number[]): number[] {
  const out: number[] = [];
  for (let begin = 0, end = 0; begin < points.length; begin = end) {
    let [low, high] = [begin, begin];
    for (end = begin; end < points.length && points[end] - points[begin] < 0.5; end += 2) {
      if (points[end + 1] < points[low + 1]) low = end;
      if (points[end + 1] > points[high + 1]) high = end;
    }
    const kept = [...new Set([begin, Math.min(low, high), Math.max(low, high), end - 2])];
    for (const i of kept) out.push(points[i], points[i + 1]);
  }
  return out;
}

/** Moves names that would overlap apart, as little as their order allows, and keeps them beside the chart. */
function spread<T extends { readonly y: number }>(names: readonly T[], top: number, bottom: number): T[] {
  const line = small + 4;
  const sorted = [...names].sort((a, b) => a.y - b.y);
  const ys = sorted.map(({ y }) => y);
  for (let i = 1; i < ys.length; i++) ys[i] = Math.max(ys[i], ys[i - 1] + line);
  // Pushed below the chart: the last names go back up, and those above give way.
  for (let i = ys.length - 1, limit = bottom; i >= 0 && ys[i] > limit; i--, limit -= line) ys[i] = limit;
  const above = Math.max(0, top - (ys[0] ?? top));
  return sorted.map((name, i) => ({ ...name, y: ys[i] + above }));
}

/** Rates over arithmetic intensity, under the roof that the two ceilings make (Williams, Waterman & Patterson 2009). */
import { machineOf, type Results, type Row } from '../../src/cli/bench-results.js';
import type { Colour } from '../../src/io/draw/canvas.js';
import type { Scene, Shape } from '../../src/io/draw/scene.js';
import { wrapText } from '../../src/io/draw/text.js';
import { hairline, ink, inkQuiet, lineColours } from '../../src/io/draw/theme.js';
import { type Axis, logAxis } from '../../src/io/ticks.js';

const WIDTH = 900;
const HEIGHT = 560;
const BOX = { left: 74, right: 700, top: 118, bottom: 486 };
const OTHERS: Colour = [176, 181, 188];

/** What a row stands at: operations a byte that must be moved, and billions of operations a second. */
export interface RooflinePoint {
  readonly row: Row;
  readonly intensity: number;
  readonly gflops: number;
}

/** Rows of kernels that compute; where memory alone counts there is no intensity to speak of. */
export function rooflinePoints(rows: readonly Row[]): RooflinePoint[] {
  return rows.flatMap((row) =>
    row.gflops === null || row.gbs === null || row.gbs === 0
      ? []
      : [{ row, intensity: row.gflops / row.gbs, gflops: row.gflops }],
  );
}

/** The most that an intensity allows, in billions of operations a second. */
export function roofAt(intensity: number, { fma_gflops, copy_gbs }: Results['ceilings']): number {
  return Math.min(fma_gflops, intensity * copy_gbs);
}

export function rooflineScene(results: Results): Scene {
  const { ceilings, rows } = results;
  const points = rooflinePoints(rows);
  const above = points.some(({ gflops }) => gflops > ceilings.fma_gflops);
  const ridge = ceilings.fma_gflops / ceilings.copy_gbs;
  const xs = [...points.map(({ intensity }) => intensity), ridge, ridge * 4];
  const ys = [...points.map(({ gflops }) => gflops), ceilings.fma_gflops * 1.2];
  const xAxis = logAxis(Math.min(...xs), Math.max(...xs));
  const yAxis = logAxis(Math.min(...ys), Math.max(...ys));
  const place = (x: number, y: number): [number, number] => [
    BOX.left + xAxis.position(x) * (BOX.right - BOX.left),
    BOX.bottom - yAxis.position(y) * (BOX.bottom - BOX.top),
  ];
  const kernels = [...new Set(points.filter(isOwn).map(({ row }) => row.kernel))];
  const colourOf = (row: Row) =>
    row.engine === 'fwplus' ? lineColours[kernels.indexOf(row.kernel) % lineColours.length]! : OTHERS;
  // Others first, so that ours lie on top.
  const drawn = [...points.filter((point) => !isOwn(point)), ...points.filter(isOwn)];
  const dots = drawn.map(({ row, intensity, gflops }): Shape => {
    const at = place(intensity, gflops);
    return { kind: 'line', points: [...at, ...at], width: isOwn({ row }) ? 8 : 6, colour: colourOf(row) };
  });
  const legend: [string, Colour][] = kernels.map((kernel, at) => [
    kernel,
    lineColours[at % lineColours.length]!,
  ]);
  if (points.some((point) => !isOwn(point))) legend.push(['other engines', OTHERS]);
  return {
    width: WIDTH,
    height: HEIGHT,
    shapes: [
      ...heading(
        'Kernels under the roof',
        `${machineOf(results)}.${above ? ' Dots above the roof: fewer multiplications than are counted (Winograd), or other units.' : ''}`,
      ),
      ...axes(xAxis, yAxis),
      ...roof(ceilings, xAxis, place),
      ...dots,
      ...legend.flatMap(([name, colour], at): Shape[] => {
        const y = BOX.top + 8 + 22 * at;
        return [
          { kind: 'line', points: [BOX.right + 34, y, BOX.right + 34, y], width: 8, colour },
          { kind: 'text', text: name, x: BOX.right + 46, y: y + 4.5, size: 13, colour: ink },
        ];
      }),
    ],
  };
}

function isOwn({ row }: { readonly row: Row }): boolean {
  return row.engine === 'fwplus';
}

/** A title and what stands below it, at the margin. */
export function heading(title: string, subtitle: string, width = WIDTH): Shape[] {
  return [
    { kind: 'text', text: title, x: 28, y: 42, size: 18, weight: 'semibold', colour: ink },
    ...wrapText(subtitle, width - 56, { size: 13 }, 2).map(
      (text, at): Shape => ({ kind: 'text', text, x: 28, y: 65 + 18 * at, size: 13, colour: inkQuiet }),
    ),
  ];
}

function axes(xAxis: Axis, yAxis: Axis): Shape[] {
  const { left, right, top, bottom } = BOX;
  const small = { size: 12, colour: inkQuiet } as const;
  const shapes: Shape[] = [
    { kind: 'text', text: 'GFLOP/s', x: 28, y: top - 14, ...small },
    {
      kind: 'text',
      text: 'operations for each byte that has to be moved',
      x: (left + right) / 2,
      y: bottom + 44,
      ...small,
      align: 'centre',
    },
  ];
  for (const { value, label } of yAxis.ticks) {
    const y = Math.round(bottom - yAxis.position(value) * (bottom - top)) + 0.5;
    shapes.push({ kind: 'line', points: [left, y, right, y], width: 1, colour: hairline });
    shapes.push({ kind: 'text', text: label, x: left - 12, y: y + 4, ...small, align: 'right' });
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
    shapes.push({ kind: 'text', text: label, x, y: bottom + 20, ...small, align: 'centre' });
  }
  return shapes;
}

/** The slope of the copy up to the ridge, then the flat of the multiply-adds, each with its number. */
function roof(
  ceilings: Results['ceilings'],
  xAxis: Axis,
  place: (x: number, y: number) => [number, number],
): Shape[] {
  const { fma_gflops, copy_gbs } = ceilings;
  const ridge = fma_gflops / copy_gbs;
  const start = Math.max(xAxis.low, 0);
  const line = [
    place(start, roofAt(start, ceilings)),
    place(ridge, fma_gflops),
    place(xAxis.high, fma_gflops),
  ];
  const shown = line.filter(([, y]) => y <= BOX.bottom);
  const [, y] = place(ridge, fma_gflops);
  return [
    { kind: 'line', points: shown.flat(), width: 2, colour: ink },
    {
      kind: 'text',
      text: `multiply-adds ${fma_gflops.toFixed(0)} GFLOP/s, copy ${copy_gbs.toFixed(1)} GB/s`,
      // From the left: on the right stand the kernels.
      x: BOX.left + 6,
      y: y - 12,
      size: 12,
      colour: ink,
    },
  ];
}

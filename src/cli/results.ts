/** What is left of an inversion for people: a comparison sheet, a loss plot, metrics.json. */
import { join } from 'node:path';
import { TERMS } from '../inversion/objective.js';
import type { Image } from '../io/image.js';
import { writeAtomic } from '../io/node/files.js';
import { plot } from '../io/plot.js';
import { encodePng } from '../io/png.js';
import { sheet } from '../io/sheet.js';
import type { MethodResult } from './invert-picture.js';
import type { Picture } from './picture.js';
import type { Session } from './session.js';

/** Room that the results of one picture may take at 1024 pixels: codes with both moments, three pictures, a sheet, a plot. */
export const RESULT_BYTES = 16 * 2 ** 20;

/** Published spellings, for sheets and tables. */
const TITLES: Readonly<Record<string, string>> = {
  'w+': 'W+',
  'w+ clip': 'W+, P-norm+ clipping',
  'w+ penalty': 'W+, P-norm+ penalty',
  'f/w+': 'F/W+',
  'f/w+ clip': 'F/W+, P-norm+ clipping',
  'f/w+ free': 'F/W+, unregularised',
};

export function titleOf(name: string): string {
  return TITLES[name] ?? name;
}

export async function writeResults(
  session: Session,
  picture: Picture,
  results: readonly MethodResult[],
  folder: string,
): Promise<void> {
  await writeAtomic(join(folder, 'target.png'), await encodePng(picture.image));
  await writeAtomic(join(folder, 'sheet.png'), await encodePng(comparison(session, picture, results)));
  const chart = lossPlot(picture, results);
  await writeAtomic(join(folder, 'loss.svg'), chart.svg);
  await writeAtomic(join(folder, 'loss.png'), await encodePng(chart.image));
  await writeAtomic(
    join(folder, 'metrics.json'),
    `${JSON.stringify(metrics(session, picture, results), null, 2)}\n`,
  );
}

function metrics(session: Session, picture: Picture, results: readonly MethodResult[]) {
  const methods = Object.fromEntries(
    results.map(({ name, psnr, perceptual, seconds, state }) => [
      name,
      {
        psnr: rounded(psnr, 3),
        perceptual: rounded(perceptual, 5),
        seconds: rounded(seconds, 2),
        steps: state.step,
      },
    ]),
  );
  return { adapter: session.adapter, model: session.model.id, image: picture.name, methods };
}

function comparison({ adapter }: Session, picture: Picture, results: readonly MethodResult[]): Image {
  const steps = results[0]!.state.step;
  return sheet(
    [
      {
        label: 'Reconstruction',
        images: [
          { image: picture.image, caption: picture.name },
          ...results.map(({ image, psnr, perceptual }) => ({
            image,
            caption: `${psnr.toFixed(2)} dB\nperceptual distance ${perceptual.toFixed(3)}`,
          })),
        ],
      },
      {
        label: 'Difference × 4',
        images: [undefined, ...results.map(({ image }) => ({ image: difference(image, picture.image) }))],
      },
    ],
    'Inversion of an unaligned face',
    {
      subtitle: `${steps} steps a method on ${adapter}`,
      columns: ['Input', ...results.map(({ name }) => titleOf(name))],
    },
  );
}

/** |a − b| four times, on black. */
function difference(a: Image, b: Image): Image {
  return { ...a, data: a.data.map((value, at) => Math.min(255, 4 * Math.abs(value - b.data[at]!))) };
}

function lossPlot(picture: Picture, results: readonly MethodResult[]) {
  const total = TERMS[0];
  return plot({
    title: 'Loss by step',
    subtitle: picture.name,
    yLabel: 'Loss',
    yScale: 'log',
    series: results.map(({ name, state }) => ({
      name: titleOf(name),
      y: state.history.map((entry) => entry[total]),
    })),
  });
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A short table for the terminal. */
export function table(results: readonly MethodResult[]): string {
  const rows = [
    ['method', 'PSNR', 'perceptual', 'steps', 'seconds'],
    ...results.map(({ name, psnr, perceptual, state, seconds }) => [
      titleOf(name),
      `${psnr.toFixed(2)} dB`,
      perceptual.toFixed(4),
      String(state.step),
      seconds.toFixed(1),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join('   '),
    )
    .join('\n');
}

/** What is left of an inversion for people: a comparison sheet, a loss plot, metrics.json. */
import { join } from 'node:path';
import { TERMS } from '../inversion/objective.js';
import type { Image } from '../io/image.js';
import { writeAllAtomic } from '../io/node/files.js';
import { plot } from '../io/plot.js';
import { encodePng } from '../io/png.js';
import { sheet } from '../io/sheet.js';
import { columns } from './columns.js';
import { finishedPath, removePartials, slug } from './earlier.js';
import type { MethodResult } from './invert-picture.js';
import { metricsFile } from './metrics-file.js';
import { withoutWhat } from './notes.js';
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

/** One way of editing, with a picture for every result. */
export interface EditRow {
  readonly label: string;
  readonly images: readonly Image[];
}

/** Makes everything first, then writes it in one go: what is in the folder is of one run or of the other. */
export async function writeResults(
  session: Session,
  picture: Picture,
  results: readonly MethodResult[],
  folder: string,
  title: string,
  edits: readonly EditRow[] = [],
): Promise<void> {
  const chart = lossPlot(picture, results);
  const metrics = await metricsFile(session, picture, results, folder);
  const contents: Record<string, Uint8Array | string> = {
    'target.png': await encodePng(picture.image),
    'sheet.png': await encodePng(comparison(session, picture, results, title, edits)),
    'loss.svg': chart.svg,
    'loss.png': await encodePng(chart.image),
    'metrics.json': metrics.json,
  };
  for (const { name, image } of results)
    contents[`reconstruction.${slug(name)}.png`] = await encodePng(image);
  await writeAllAtomic([
    ...Object.entries(contents).map(([name, content]) => ({ path: join(folder, name), content })),
    ...results.map(({ state, codes }) => ({ path: finishedPath(folder, state.method), content: codes })),
  ]);
  await removePartials(
    [folder],
    results.map(({ state }) => state.method),
  );
  if (metrics.strangers.length > 0) {
    const names = metrics.strangers.map(titleOf).join('; ');
    session.say(`Note     ${folder} still holds codes of another picture or model: ${names}.`);
  }
}

function comparison(
  { adapter, model }: Session,
  picture: Picture,
  results: readonly MethodResult[],
  title: string,
  edits: readonly EditRow[],
): Image {
  const steps = results[0]!.state.step;
  const each = results.length > 1 ? ' a method' : '';
  const without = withoutWhat(
    model,
    results.map(({ state }) => state.method),
  );
  return sheet(
    [
      {
        label: 'Reconstruction',
        images: [
          { image: picture.image, caption: picture.name },
          ...results.map(({ image, psnr, perceptual }) => ({
            image,
            caption: `${psnr.toFixed(2)} dB${perceptual === undefined ? '' : `\nperceptual distance ${perceptual.toFixed(3)}`}`,
          })),
        ],
      },
      ...(edits.length > 0
        ? edits.map(({ label, images }) => ({
            label,
            images: [undefined, ...images.map((image) => ({ image }))],
          }))
        : [
            {
              label: 'Difference × 4',
              images: [
                undefined,
                ...results.map(({ image }) => ({ image: difference(image, picture.image) })),
              ],
            },
          ]),
    ],
    title,
    {
      subtitle: `${steps} steps${each} on ${adapter}${without}`,
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

/** A short table for the terminal. */
export function table(results: readonly MethodResult[]): string {
  return columns([
    ['method', 'PSNR', 'perceptual', 'steps', 'seconds'],
    ...results.map(({ name, psnr, perceptual, state, seconds }) => [
      titleOf(name),
      `${psnr.toFixed(2)} dB`,
      perceptual?.toFixed(4) ?? 'none',
      String(state.step),
      seconds.toFixed(1),
    ]),
  ]);
}

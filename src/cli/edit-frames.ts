/** What `fwplus edit` is asked for, as a list of codes to draw. */
import type { Codes } from '../inversion/codes.js';
import type { Direction } from '../inversion/editing/direction.js';
import { decodeDirections, findDirection } from '../inversion/editing/directions-file.js';
import { applyDirections, interpolate, mixStyles } from '../inversion/editing/edit.js';
import { readForeignDirections } from '../inversion/editing/foreign-directions.js';
import { spell } from '../inversion/editing/rows.js';
import type { Model } from '../inversion/model.js';
import { decodeCodes, type SavedCodes } from '../inversion/saved.js';
import { fileSource } from '../io/node/file-source.js';
import { readBytes } from '../io/node/files.js';
import type { Options } from './options.js';
import { UsageError } from './usage-error.js';

export interface Frame {
  /** The amount, or what else tells it from the others. */
  readonly label: string;
  readonly codes: Codes;
}

export interface PlannedEdit {
  readonly title: string;
  readonly frames: readonly Frame[];
}

const STEPS = 11;
const MOST_STEPS = 1000;

export async function readCodes(path: string, model: Model): Promise<SavedCodes> {
  return decodeCodes(await readBytes(path), model, path);
}

/** Throws where not one of --direction, --mix and --interpolate is given, and where it cannot be done with these codes. */
export async function plannedEdit(saved: SavedCodes, model: Model, options: Options): Promise<PlannedEdit> {
  const { directions, mix, interpolate: towards, steps = STEPS } = options;
  const asked = [directions.length > 0, mix !== undefined, towards !== undefined].filter(Boolean).length;
  if (asked !== 1) {
    throw new UsageError(
      `edit: ${asked === 0 ? 'nothing to do is' : 'more than one thing to do is'} given.`,
      {
        hint: 'Give one of --direction NAME (see: fwplus directions), --mix CODES, --interpolate CODES.',
      },
    );
  }
  if (steps > MOST_STEPS) {
    throw new UsageError(`edit: --steps is ${steps}, wanted at most ${MOST_STEPS} pictures.`, {
      hint: 'See fwplus edit --help.',
    });
  }
  if (towards !== undefined && options.rows) {
    throw new UsageError('edit: --interpolate goes over f and all rows, and takes no --rows.', {
      hint: 'Leave --rows out, or take rows of the other codes with --mix.',
    });
  }
  if (mix !== undefined) return mixing(saved, model, mix, options);
  if (towards !== undefined) return interpolation(saved, model, towards, steps);
  return sweep(saved, model, options, steps);
}

async function sweep(saved: SavedCodes, model: Model, options: Options, steps: number): Promise<PlannedEdit> {
  const { from = -2, to = 2, rows } = options;
  const parts = await Promise.all(options.directions.map((text) => directionOf(text, model)));
  const frames = spread(from, to, steps).map((amount) => ({
    label: signed(amount),
    codes: applyDirections(
      saved.codes,
      model,
      saved.method,
      parts.map(({ direction, factor }) => ({ direction, amount: amount * factor, ...(rows && { rows }) })),
    ),
  }));
  const names = parts.map(({ direction, factor }) =>
    factor === 1 ? direction.name : `${factor} × ${direction.name}`,
  );
  return { title: names.join(' and '), frames };
}

async function mixing(
  saved: SavedCodes,
  model: Model,
  path: string,
  { rows }: Options,
): Promise<PlannedEdit> {
  const other = await readCodes(path, model);
  return {
    title: `Style mixing, ${rows ? `rows ${spell(rows)}` : 'all rows that both hold'}`,
    frames: [
      { label: 'as it is', codes: saved.codes },
      { label: 'mixed', codes: mixStyles(saved, other, model, rows) },
    ],
  };
}

async function interpolation(
  saved: SavedCodes,
  model: Model,
  path: string,
  steps: number,
): Promise<PlannedEdit> {
  const { codes } = await readCodes(path, model);
  return {
    title: 'Interpolation',
    frames: spread(0, 1, steps).map((t) => ({
      label: t.toFixed(2),
      codes: interpolate(saved.codes, codes, t),
    })),
  };
}

/** NAME of the model, FILE:NAME, or FILE where it holds one; each with =FACTOR. */
async function directionOf(text: string, model: Model): Promise<{ direction: Direction; factor: number }> {
  // A path may hold an equals sign, a factor no slash or colon.
  const [, where = '', factorText] = /^(.*?)(?:=([^=:/\\]*))?$/.exec(text)!;
  const factor = factorText === undefined ? 1 : Number(factorText);
  if (!Number.isFinite(factor) || factorText?.trim() === '') {
    throw new UsageError(`--direction '${text}': the factor is '${factorText}', wanted a number.`, {
      hint: 'For example --direction smile=1.5',
    });
  }
  const file = /^(.*\.(?:safetensors|pt|pth|npy|npz))(?::([^:]+))?$/i.exec(where);
  if (!file) return { direction: findDirection(model.directions, where, `the model '${model.id}'`), factor };
  const [, path, name] = file as unknown as [string, string, string | undefined];
  const directions = await readDirections(path, model.generator.wDim);
  const only = directions.length === 1 ? directions[0]! : undefined;
  if (name === undefined && only) return { direction: only, factor };
  if (name !== undefined) return { direction: findDirection(directions, name, path), factor };
  const names = directions.map((each) => each.name).join(', ');
  throw new UsageError(`--direction '${text}': the file holds ${directions.length} directions, wanted one.`, {
    hint: `Choose one as in ${path}:${directions[0]?.name ?? 'NAME'}; there are: ${names}.`,
  });
}

/** Of our own file, or one of another program. */
async function readDirections(path: string, width: number): Promise<Direction[]> {
  if (/\.safetensors$/i.test(path)) return decodeDirections(await readBytes(path), width, path);
  const source = await fileSource(path);
  try {
    return await readForeignDirections(source, width);
  } finally {
    await source.close();
  }
}

function spread(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) =>
    count === 1 ? to : from + ((to - from) * at) / (count - 1),
  );
}

function signed(amount: number): string {
  const text = amount.toFixed(2).replace(/\.?0+$/, '');
  return amount > 0 ? `+${text}` : text === '-0' ? '0' : text;
}

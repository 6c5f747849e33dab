/** The command line, checked. */
import { parseArgs } from 'node:util';
import type { Pass } from '../autograd/measure/kernel-case.js';
import { parseRows, type RowRange } from '../inversion/editing/rows.js';
import type { PNormForm, Space } from '../inversion/method.js';
import type { FitMode } from '../io/fit.js';
import type { PasteMode } from '../io/paste.js';
import { UsageError } from './usage-error.js';

export interface Options {
  /** Long names of all options that are there. */
  readonly given: readonly string[];
  /** The first word that is no option, where there is one. */
  readonly command: string | undefined;
  /** All further words: pictures, codes, or a model. */
  readonly images: readonly string[];
  readonly output: string | undefined;
  /** NAME, FILE:NAME, either with =FACTOR. */
  readonly directions: readonly string[];
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly rows: RowRange | undefined;
  readonly mix: string | undefined;
  readonly interpolate: string | undefined;
  readonly paste: string | undefined;
  readonly pasteMode: PasteMode;
  readonly saveCodes: boolean;
  readonly count: number | undefined;
  readonly steps: number | undefined;
  readonly seconds: number | undefined;
  readonly space: Space;
  readonly pnorm: PNormForm | undefined;
  readonly baseSize: number | undefined;
  readonly fit: FitMode;
  readonly maxPixels: number;
  readonly resume: boolean;
  readonly restart: boolean;
  readonly profile: boolean;
  readonly lowMemory: boolean;
  readonly halfWeights: boolean;
  readonly matrixUnits: boolean;
  /** Of convolutions to measure. */
  readonly shapes: readonly string[];
  readonly kernel: string | undefined;
  readonly pass: Pass | undefined;
  readonly repeats: number | undefined;
  readonly json: string | undefined;
  readonly subgroups: boolean;
  /** A folder or a converted file. */
  readonly model: string | undefined;
  /** Converted files beside the model's own parts, or in their place. */
  readonly parts: Readonly<Record<'perceptual' | 'pnorm' | 'directions', string | undefined>> & {
    readonly encoders: readonly string[];
  };
  readonly samples: number | undefined;
  readonly seed: number | undefined;
  /** Of a checkpoint: which of its networks. */
  readonly part: string | undefined;
  readonly half: boolean;
  readonly adapter: string | undefined;
  readonly quiet: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** More does not fit: decoders hold four bytes a pixel in one array of less than 2 GiB. */
export const MOST_MEGAPIXELS = 500;

/** Options may stand before the command, too. Throws a UsageError on an unknown one or a value out of range. */
export function parseOptions(words: readonly string[]): Options {
  const { values, positionals } = parse(words);
  const [command, ...images] = positionals;
  if (values.resume && values.restart) {
    throw new UsageError('--resume goes on with an earlier run, --restart throws it away: not both.', {
      hint: 'Give one of them.',
    });
  }
  const pnorm = pnormOf(values.pnorm ?? []);
  return {
    given: Object.keys(values),
    command,
    images,
    output: values.output,
    directions: values.direction ?? [],
    from: amount('--from', values.from),
    to: amount('--to', values.to),
    rows: values.rows === undefined ? undefined : parseRows(values.rows),
    mix: values.mix,
    interpolate: values.interpolate,
    paste: values.paste,
    pasteMode: choice('--paste-mode', values['paste-mode'], ['change', 'replace']) ?? 'change',
    saveCodes: values['save-codes'] ?? false,
    count: integer('--count', values.count, 1, 1e4),
    steps: integer('--steps', values.steps, 1, 1e6),
    seconds: integer('--seconds', values.seconds, 1, 1e6),
    space: choice('--space', values.space, ['f/w+', 'w+']) ?? 'f/w+',
    pnorm: pnorm.form,
    baseSize: integer('--base-size', values['base-size'], 8, 1024),
    fit: choice('--fit', values.fit, ['crop', 'pad', 'squash']) ?? 'crop',
    maxPixels: 1e6 * (integer('--max-megapixels', values['max-megapixels'], 1, MOST_MEGAPIXELS) ?? 64),
    resume: values.resume ?? false,
    restart: values.restart ?? false,
    profile: values.profile ?? false,
    lowMemory: values['low-memory'] ?? false,
    halfWeights: values['half-weights'] ?? false,
    matrixUnits: values['matrix-units'] ?? false,
    shapes: values.shape ?? [],
    kernel: values.kernel,
    pass: choice('--pass', values.pass, ['forward', 'data-gradient']),
    repeats: integer('--repeats', values.repeats, 1, 1000),
    json: values.json,
    subgroups: !values['no-subgroups'],
    model: values.model,
    parts: {
      encoders: values.encoder ?? [],
      perceptual: values.lpips,
      pnorm: pnorm.file,
      directions: values.directions,
    },
    samples: integer('--samples', values.samples, 2, 1e8),
    seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
    part: values.part,
    half: values.fp16 ?? false,
    adapter: values.adapter,
    quiet: values.quiet ?? false,
    help: values.help ?? false,
    version: values.version ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: joinNegative(words),
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        direction: { type: 'string', short: 'd', multiple: true },
        from: { type: 'string' },
        to: { type: 'string' },
        rows: { type: 'string' },
        mix: { type: 'string' },
        interpolate: { type: 'string' },
        paste: { type: 'string' },
        'paste-mode': { type: 'string' },
        'save-codes': { type: 'boolean' },
        count: { type: 'string' },
        steps: { type: 'string' },
        seconds: { type: 'string' },
        space: { type: 'string' },
        pnorm: { type: 'string', multiple: true },
        encoder: { type: 'string', multiple: true },
        lpips: { type: 'string' },
        directions: { type: 'string' },
        samples: { type: 'string' },
        seed: { type: 'string' },
        'base-size': { type: 'string' },
        fit: { type: 'string' },
        'max-megapixels': { type: 'string' },
        resume: { type: 'boolean' },
        restart: { type: 'boolean' },
        profile: { type: 'boolean' },
        'low-memory': { type: 'boolean' },
        'half-weights': { type: 'boolean' },
        'matrix-units': { type: 'boolean' },
        shape: { type: 'string', multiple: true },
        kernel: { type: 'string' },
        pass: { type: 'string' },
        repeats: { type: 'string' },
        json: { type: 'string' },
        'no-subgroups': { type: 'boolean' },
        model: { type: 'string' },
        part: { type: 'string' },
        fp16: { type: 'boolean' },
        adapter: { type: 'string' },
        quiet: { type: 'boolean', short: 'q' },
        stack: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { hint: 'See --help.' });
  }
}

const FORMS = ['clip', 'penalty', 'none'] as const;

/** --pnorm takes the form and a file of statistics, each once. */
function pnormOf(texts: readonly string[]): { form: PNormForm | undefined; file: string | undefined } {
  // A word without a dot or a slash is a misspelt form, and no file.
  const files = texts.filter((text) => /[./\\]/.test(text));
  const forms = texts.filter((text) => !files.includes(text));
  const twice = [files, forms].find((found) => found.length > 1);
  if (twice) {
    throw new UsageError(`--pnorm is given twice: ${twice.join(' and ')}.`, {
      hint: 'Give one form (clip, penalty, none) and one file of statistics, or either.',
    });
  }
  return { form: choice('--pnorm', forms[0], FORMS), file: files[0] };
}

/** `--from -2` as `--from=-2`: a value that begins with a dash is taken for an option otherwise. */
function joinNegative(words: readonly string[]): string[] {
  const out: string[] = [];
  for (const word of words) {
    const before = out.at(-1);
    if (/^-[\d.]/.test(word) && (before === '--from' || before === '--to')) out.push(`${out.pop()}=${word}`);
    else out.push(word);
  }
  return out;
}

function amount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && Math.abs(value) <= 1000) return value;
  throw new UsageError(`${name} is '${text}', wanted a number from -1000 to 1000.`, { hint: 'See --help.' });
}

function integer(name: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(`${name} is '${text}', wanted a whole number from ${low} to ${high}.`, {
      hint: 'See --help.',
    });
  }
  return value;
}

function choice<T extends string>(
  name: string,
  text: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = allowed.find((value) => value === text.toLowerCase());
  if (!found)
    throw new UsageError(`${name} is '${text}', wanted ${allowed.join(', ')}.`, { hint: 'See --help.' });
  return found;
}

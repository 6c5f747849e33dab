/** The command line, checked. */
import { parseArgs } from 'node:util';
import { FwplusError } from '../errors.js';
import type { PNormForm, Space } from '../inversion/method.js';
import type { FitMode } from '../io/fit.js';

export interface Options {
  readonly images: readonly string[];
  readonly output: string | undefined;
  readonly steps: number | undefined;
  readonly space: Space;
  readonly pnorm: PNormForm | undefined;
  readonly baseSize: number | undefined;
  readonly fit: FitMode;
  readonly maxPixels: number;
  readonly resume: boolean;
  readonly model: string | undefined;
  readonly adapter: string | undefined;
  readonly quiet: boolean;
  readonly help: boolean;
}

/** Throws a FwplusError on an unknown option or a value out of range. */
export function parseOptions(words: readonly string[]): Options {
  const { values, positionals } = parse(words);
  return {
    images: positionals,
    output: values.output,
    steps: integer('--steps', values.steps, 1, 1e6),
    space: choice('--space', values.space, ['f/w+', 'w+']) ?? 'f/w+',
    pnorm: choice('--pnorm', values.pnorm, ['clip', 'penalty', 'none']),
    baseSize: integer('--base-size', values['base-size'], 8, 1024),
    fit: choice('--fit', values.fit, ['crop', 'pad', 'squash']) ?? 'crop',
    maxPixels: 1e6 * (integer('--max-megapixels', values['max-megapixels'], 1, 4000) ?? 64),
    resume: values.resume ?? false,
    model: values.model,
    adapter: values.adapter,
    quiet: values.quiet ?? false,
    help: values.help ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        steps: { type: 'string' },
        space: { type: 'string' },
        pnorm: { type: 'string' },
        'base-size': { type: 'string' },
        fit: { type: 'string' },
        'max-megapixels': { type: 'string' },
        resume: { type: 'boolean' },
        model: { type: 'string' },
        adapter: { type: 'string' },
        quiet: { type: 'boolean', short: 'q' },
        stack: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new FwplusError((error as Error).message, { hint: 'See --help.' });
  }
}

function integer(name: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new FwplusError(`${name} is '${text}', wanted a whole number from ${low} to ${high}.`);
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
  if (!found) throw new FwplusError(`${name} is '${text}', wanted ${allowed.join(', ')}.`);
  return found;
}

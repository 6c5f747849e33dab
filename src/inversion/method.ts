/** Which latent space, which regularisers, which weights: everything that tells one inversion method from another. */

import { FwplusError } from '../errors.js';

export type Space = 'f/w+' | 'w+';

/** P-norm+ as the paper has it (clip after every step), as the release has it (a penalty), or not at all. */
export type PNormForm = 'clip' | 'penalty' | 'none';

export interface Method {
  readonly space: Space;
  readonly pnorm: PNormForm;
  /** Side of the base code f; without meaning in W+. */
  readonly baseSize: number;
  readonly learningRate: number;
  /** Factors of the terms of the loss; the squared error has factor 1. */
  readonly weights: { readonly perceptual: number; readonly base: number; readonly pnorm: number };
  /** Standard deviations to which `clip` holds v. */
  readonly clipLimit: number;
  /** Side in pixels at which pictures are compared perceptually; larger ones are reduced to it, by bicubic and Lanczos. */
  readonly perceptualSize: number;
  /** The official program enlarges smaller pictures to `perceptualSize`, too. */
  readonly perceptualUpsampling: boolean;
}

/** The published program's steps (the paper takes 3,000 for bedrooms, towers and cats). */
export const DEFAULT_STEPS = 1200;

/** The weights and the learning rate of the published program (Kang et al. 2021), for a base code of side `baseSize`. */
export function defaultMethod(space: Space, baseSize: number): Method {
  return {
    space,
    pnorm: space === 'f/w+' ? 'penalty' : 'none',
    baseSize,
    learningRate: 0.01,
    weights: { perceptual: 10, base: 10, pnorm: 0.01 },
    clipLimit: 5,
    perceptualSize: 256,
    perceptualUpsampling: false,
  };
}

/**
 * A method read from elsewhere, as a value of its own with the fields in one order.
 * @param from what holds it, for errors.
 * @throws FwplusError where a field is missing or of no use.
 */
export function checkMethod(value: unknown, from: string): Method {
  const method = fieldsOf(value, 'the method', from);
  const weights = fieldsOf(method.weights, 'weights', from);
  const one = <T extends string>(name: string, allowed: readonly T[]): T => {
    const found = allowed.find((each) => each === method[name]);
    if (found !== undefined) return found;
    throw unfit(from, name, method[name], allowed.map((each) => `'${each}'`).join(' or '));
  };
  const number = (fields: Fields, name: string, wanted: string, fits: (value: number) => boolean): number => {
    const found = fields[name];
    if (typeof found === 'number' && Number.isFinite(found) && fits(found)) return found;
    throw unfit(from, name, found, wanted);
  };
  const side = (name: string) =>
    number(method, name, 'a whole number of pixels', (found) => Number.isInteger(found) && found > 0);
  const weight = (name: string) => number(weights, name, 'a number of at least 0', (found) => found >= 0);
  const positive = (name: string) => number(method, name, 'a number above 0', (found) => found > 0);
  const { perceptualUpsampling } = method;
  if (typeof perceptualUpsampling !== 'boolean') {
    throw unfit(from, 'perceptualUpsampling', perceptualUpsampling, 'true or false');
  }
  return {
    space: one('space', ['f/w+', 'w+']),
    pnorm: one('pnorm', ['clip', 'penalty', 'none']),
    baseSize: side('baseSize'),
    learningRate: positive('learningRate'),
    weights: { perceptual: weight('perceptual'), base: weight('base'), pnorm: weight('pnorm') },
    clipLimit: positive('clipLimit'),
    perceptualSize: side('perceptualSize'),
    perceptualUpsampling,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, name: string, from: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw unfit(from, name, value, 'an object');
}

function unfit(from: string, name: string, found: unknown, wanted: string): FwplusError {
  const shown = typeof found === 'number' ? String(found) : (JSON.stringify(found) ?? 'missing');
  return new FwplusError(`${from}: ${name} of the inversion method is ${shown}, wanted ${wanted}.`, {
    hint: 'Start from defaultMethod(); a file that says so is damaged, or of another version of fwplus.',
  });
}

/** The names used in tables and files: `w+`, `w+ clip`, `f/w+`, `f/w+ clip`, … */
export function methodName({ space, pnorm }: Method): string {
  const usual = space === 'f/w+' ? 'penalty' : 'none';
  if (pnorm === usual) return space;
  return `${space} ${pnorm === 'none' ? 'free' : pnorm}`;
}

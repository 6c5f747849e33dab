/** Which latent space, which regularisers, which weights: everything that tells one inversion method from another. */

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

/** The published weights (method.md 1.5), for a base code of side `baseSize`. */
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

/** The names used in tables and files: `w+`, `w+ clip`, `f/w+`, `f/w+ clip`, … */
export function methodName({ space, pnorm }: Method): string {
  const usual = space === 'f/w+' ? 'penalty' : 'none';
  if (pnorm === usual) return space;
  return `${space} ${pnorm === 'none' ? 'free' : pnorm}`;
}

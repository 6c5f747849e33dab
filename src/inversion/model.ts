import type { Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import type { BasecodeEncoder } from '../nets/basecode-encoder.js';
import type { Generator } from '../nets/generator.js';
import type { PerceptualDistance } from '../nets/lpips.js';
import type { Direction } from './editing/direction.js';
import type { PNormStatistics } from './pnorm.js';

/**
 * A model to invert into: a generator and what belongs to it. From `loadModel`, or put together by hand; then `id` has to
 * tell apart all weights that anybody may mix up, and the encoder has to make as many channels as the base code has.
 */
export interface Model {
  /** Names the weights, their version and, by a hash, every part's bytes but the directions'; codes and resume files carry it. */
  readonly id: string;
  /**
   * Names what codes belong to, the generator alone: they can be drawn and edited with any model that has the same. `id` where it
   * is left out.
   */
  readonly generatorId?: string;
  /** What it can draw, for people, e.g. `drawn faces`. */
  readonly domain: string;
  readonly generator: Generator;
  /** Compares pictures; without it by their squared error alone. */
  readonly perceptual: PerceptualDistance | undefined;
  /** The side s of the base code that goes with `encoder`, and the default one. */
  readonly baseSize: number;
  /** Starts f; without it f starts at the generator's own base code for the starting detail code. */
  readonly encoder: BasecodeEncoder | undefined;
  /** Starts the detail code, and f where there is no `encoder`; without it the detail code starts at the mean w. */
  readonly codeEncoder?: CodeEncoder | undefined;
  /** Needed for both forms of P-norm+. */
  readonly pnorm: PNormStatistics | undefined;
  /** Named directions for editing; often none. */
  readonly directions: readonly Direction[];
}

/** From a picture to a W+ code: IdInvertEncoder, StyleEncoder. */
export interface CodeEncoder {
  /** Side of the picture in pixels. */
  readonly side: number;
  /** Rows of the code, and their width: those of the generator. */
  readonly rows: number;
  readonly wDim: number;
  /** [N, side, side, 3] in [-1, 1] to [N, rows, wDim]. */
  encode(picture: Tensor): Tensor;
}

/** The statistics, or a FwplusError that says what needs them. */
export function requirePNorm(model: Model, what: string): PNormStatistics {
  if (model.pnorm) return model.pnorm;
  throw new FwplusError(`${what} needs P-norm+ statistics, and the model '${model.id}' has none.`, {
    hint: 'Make them (fwplus statistics MODEL -o FILE) and give them as --pnorm FILE, or choose a method without P-norm+.',
  });
}

/** The perceptual distance, or a FwplusError that says what needs it. */
export function requirePerceptual(model: Model, what: string): PerceptualDistance {
  if (model.perceptual) return model.perceptual;
  throw new FwplusError(`${what} needs a perceptual network, and the model '${model.id}' has none.`, {
    hint: 'Add one to the model (--lpips FILE), or choose a method with a perceptual weight of 0: see usualMethod().',
  });
}

/** Why f cannot start at E(I) with a base code of side `baseSize`, or undefined where it can. */
export function encoderLack({ encoder, baseSize: own }: Model, baseSize: number): string | undefined {
  if (!encoder) return 'this model has no base-code encoder';
  if (own !== baseSize) return `the encoder is for s = ${own}, not ${baseSize}`;
  return undefined;
}

/** @throws FwplusError where an encoder makes other base codes of side `baseSize` than a generator takes. */
export function checkEncoder(encoder: BasecodeEncoder, generator: Generator, baseSize: number): void {
  const channels = generator.channels(baseSize);
  if (encoder.channels === channels) return;
  throw new FwplusError(
    `The encoder makes ${encoder.channels} channels, the generator’s base code of side ${baseSize} has ${channels}.`,
    { hint: 'They belong to different models, or the encoder is for another side (--base-size).' },
  );
}

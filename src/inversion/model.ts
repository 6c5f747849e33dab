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
  /** Names the weights, their version and, by a hash, every part's bytes; codes and resume files carry it. */
  readonly id: string;
  /** What it can draw, for people, e.g. `drawn faces`. */
  readonly domain: string;
  readonly generator: Generator;
  readonly perceptual: PerceptualDistance;
  /** The side s of the base code that goes with `encoder`, and the default one. */
  readonly baseSize: number;
  /** Starts f; without it f starts at the generator's own base code for the mean w. */
  readonly encoder: BasecodeEncoder | undefined;
  /** Needed for both forms of P-norm+. */
  readonly pnorm: PNormStatistics | undefined;
  /** Named directions for editing; often none. */
  readonly directions: readonly Direction[];
}

/** The statistics, or a FwplusError that says what needs them. */
export function requirePNorm(model: Model, what: string): PNormStatistics {
  if (model.pnorm) return model.pnorm;
  throw new FwplusError(`${what} needs P-norm+ statistics, and the model '${model.id}' has none.`, {
    hint: 'Add mean_latent, eigen_values and eigen_vectors to the model, or choose a method without P-norm+.',
  });
}

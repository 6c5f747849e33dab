/** Models that lack a part of what the published method uses: what is done without it, and what that costs. */
import { defaultMethod, type Method, type Space } from './method.js';
import { encoderLack, type Model } from './model.js';

/**
 * The base term's weight where f starts at the mean code's base code. Chosen on the default model (1.2.0) without its encoder: 2 held-out drawings,
 * upright and turned by 20 degrees, 400 steps, edited by every direction as in evaluation/.
 *   weight   PSNR               perceptual     moved        drift
 *   10       32.08, 26.55 dB    .008, .021     .97, .80     .084, .090      as published
 *   1        32.47, 27.25       .007, .017     .90, .83     .081, .089
 *   0.1      32.80, 27.39       .006, .015     .89, .82     .087, .091
 * Not measured where an encoder of W+ codes starts f. With its encoder, 3 drawings, after no more than 150 steps: 35.28, 34.28 dB; without it 31.43, 24.65 at 10, 31.69, 25.36 at 0.1.
 */
export const BASE_WEIGHT_WITHOUT_ENCODER = 0.1;

/**
 * The published method as far as a model allows it: without P-norm+ statistics no P-norm+ penalty, without a perceptual network
 * the squared error alone, and where f does not start at an encoder's guess the base term at a low weight, for what it holds f to
 * is a face that the picture does not show.
 */
export function usualMethod(model: Model, space: Space, baseSize = model.baseSize): Method {
  const method = defaultMethod(space, baseSize);
  const { weights } = method;
  return {
    ...method,
    pnorm: model.pnorm ? method.pnorm : 'none',
    weights: {
      ...weights,
      perceptual: model.perceptual ? weights.perceptual : 0,
      base: encoderLack(model, baseSize) ? BASE_WEIGHT_WITHOUT_ENCODER : weights.base,
    },
  };
}

/** Something that the published method has, and an inversion has not. */
export interface Lack {
  readonly part: 'encoder' | 'perceptual' | 'pnorm';
  /** What is done instead and what it costs, in a sentence or two. */
  readonly note: string;
}

/** What an inversion by `method` has to do without because the model has it not. */
export function lacks(model: Model, method: Method): Lack[] {
  const found: Lack[] = [];
  const inFWPlus = method.space === 'f/w+';
  const encoder = encoderLack(model, method.baseSize);
  if (inFWPlus && encoder) {
    found.push({
      part: 'encoder',
      note:
        `f starts at the base code of ${model.codeEncoder ? 'the encoder’s W+ code' : 'the mean code'}: ${encoder}. The paper’s method needs one: ` +
        `${model.codeEncoder ? 'how well a picture that is moved or turned is reconstructed from here has not been measured' : 'without it a picture that is moved or turned is reconstructed much less well'}, ` +
        `and the base term holds f loosely (weight ${method.weights.base}).`,
    });
  }
  if (!model.perceptual) {
    found.push({
      part: 'perceptual',
      note: 'There is no perceptual term: this model has no LPIPS network. By the squared error alone PSNR is as good, but pictures look less alike (twice the perceptual distance on the default model), and no perceptual distance is measured.',
    });
  }
  if (inFWPlus && method.pnorm === 'none' && !model.pnorm) {
    found.push({
      part: 'pnorm',
      note: 'The P-norm+ term is left out: this model has no statistics of w. Nothing holds the codes where the generator’s own lie, which edits rely on.',
    });
  }
  return found;
}

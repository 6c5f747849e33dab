/** Encoders from a picture to a W+ code, by the network that a converted file holds. */
import { FwplusError } from '../errors.js';
import type { NetworkFile } from '../io/network-file.js';
import type { Generator } from '../nets/generator.js';
import { IdInvertEncoder } from '../nets/idinvert-encoder.js';
import { StyleEncoder, type StyleEncoderType } from '../nets/style-encoder.js';
import type { CodeEncoder } from './model.js';
import { weightsOf } from './weights.js';

/** The kinds of files that `makeCodeEncoder` takes. */
export const CODE_ENCODERS = ['idinvert-encoder', 'style-encoder'] as const;

/**
 * @param name of the file, for errors.
 * @throws FwplusError where its weights do not fit together or its code is no code of the generator.
 */
export function makeCodeEncoder(file: NetworkFile, name: string, generator: Generator): CodeEncoder {
  const encoder = networkOf(file, name);
  const { rows, wDim } = generator;
  if (encoder.rows === rows && encoder.wDim === wDim) return encoder;
  throw new FwplusError(
    `${name} makes a code of ${encoder.rows} rows of ${encoder.wDim}, the generator takes ${rows} of ${wDim}.`,
    { hint: 'They belong to different generators: another resolution, or another width.' },
  );
}

function networkOf({ network, options, tensors }: NetworkFile, name: string): CodeEncoder {
  const weights = weightsOf(tensors);
  if (network === 'idinvert-encoder') return new IdInvertEncoder(weights);
  const { encoder_type: type, start_from_latent_avg: isAdded } = options;
  const isKnown = type === 'GradualStyleEncoder' || type === 'Encoder4Editing';
  if (isKnown && typeof isAdded === 'boolean') {
    return new StyleEncoder(weights, {
      type: type satisfies StyleEncoderType,
      startFromLatentAverage: isAdded,
    });
  }
  throw new FwplusError(
    `${name} has an encoder_type of ${JSON.stringify(type)} and a start_from_latent_avg of ${JSON.stringify(isAdded)}.`,
    { hint: 'Convert the original checkpoint again.' },
  );
}

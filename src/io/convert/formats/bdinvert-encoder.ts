/** The base-code encoder of BDInvert_Release (Kang et al. 2021): the entry `encoder` of what its training saves. */

import type { Format } from '../format.js';
import { Kept } from '../kept.js';
import type { ConvertedNetwork } from '../network.js';
import { type Part, partsOf } from '../parts.js';
import { Weights } from '../weights.js';

const name = 'BDInvert_Release';
/** N of `model.N`; behind all but the last is a batch norm at N + 1. */
const LAYERS = [0, 3, 6, 10, 13, 16, 20, 23, 26, 30, 33];
const LAST = 33;

export const bdinvertEncoder: Format = {
  name,
  find: (checkpoint) =>
    partsOf(checkpoint)
      .filter(isEncoder)
      .map((part) => ({ kind: 'basecode-encoder', part: part.name, convert: () => convert(part) })),
};

function isEncoder({ tensors }: Part): boolean {
  return (
    tensors.has('model.0.weight') &&
    tensors.has(`model.${LAST}.weight`) &&
    tensors.has('model.1.running_mean')
  );
}

function convert(part: Part): ConvertedNetwork {
  const kept = new Kept(new Weights(part, name));
  let channels = 3;
  for (const at of LAYERS) {
    channels = kept.channels(`model.${at}.weight`, channels, 3, 3);
    kept.take(`model.${at}.bias`, [channels]);
    if (at !== LAST) kept.batchNorm(`model.${at + 1}`, channels);
  }
  const ignored = kept.finish();
  return {
    kind: 'basecode-encoder',
    format: name,
    options: {},
    facts: [
      ['Base code', `${channels} channels`],
      ['Side', '16 × 16 or 8 × 8, which the file does not say: invert with --base-size'],
    ],
    tensors: kept.tensors,
    ignored,
    licence: 'BDInvert_Release is AGPL-3.0 and names no other licence for its weights.',
  };
}

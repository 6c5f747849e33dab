/** What genforce's StyleGAN1 and StyleGAN2 have in common. */
import type { Checkpoint } from '../checkpoint/index.js';
import type { SourceTensor } from './network.js';
import { type Part, partsOf } from './parts.js';
import type { Weights } from './weights.js';

export const LICENCE =
  'The program is under MIT; networks converted from NVIDIA’s stay under NVIDIA’s licence, which is not for commercial use.';

/** Parts, moving averages (`generator_smooth`) first. */
export function genforceParts(checkpoint: Checkpoint): Part[] {
  const isMean = ({ name }: Part) => Number(name.endsWith('smooth'));
  return partsOf(checkpoint).sort((a, b) => isMean(b) - isMean(a));
}

/** The mapping network and the mean of w, by our names. */
export function genforceMapping(weights: Weights): Map<string, SourceTensor> {
  const tensors = new Map<string, SourceTensor>();
  tensors.set('mapping.w_avg', weights.take('truncation.w_avg', [null]));
  for (let at = 0; weights.has(`mapping.dense${at}.weight`); at++) {
    tensors.set(`mapping.fc${at}.weight`, weights.take(`mapping.dense${at}.weight`));
    tensors.set(`mapping.fc${at}.bias`, weights.take(`mapping.dense${at}.bias`));
  }
  return tensors;
}

/** Networks of NVIDIA's TensorFlow programs: pickles of (G, D, Gs), with what they were made with in `static_kwargs`. */
import type { Checkpoint, PickleValue } from '../checkpoint/index.js';
import { member, told } from './attributes.js';
import type { SourceTensor } from './network.js';
import { isTensorFlow, type Part, partsOf } from './parts.js';
import { countBlocks } from './stylegan-layers.js';
import type { FileTensor } from './tensors.js';
import type { Weights } from './weights.js';

/** Networks of TensorFlow, the moving average Gs first. */
export function tensorFlowParts(checkpoint: Checkpoint): Part[] {
  const isMean = ({ name }: Part) => Number(name === 'Gs');
  return partsOf(checkpoint)
    .filter(({ object }) => object !== undefined && isTensorFlow(object))
    .sort((a, b) => isMean(b) - isMean(a));
}

/** Throws where the network was made with something else than what ours does; what is not said is as usual. */
export function expectArguments(
  weights: Weights,
  wanted: Readonly<Record<string, readonly PickleValue[]>>,
): void {
  for (const [name, values] of Object.entries(wanted)) {
    const found = argument(weights, name);
    if (found === undefined || found === null || values.map(told).includes(told(found))) continue;
    throw weights.fail(
      `it was made with ${name}=${told(found)}, wanted ${values.map(told).join(' or ')}`,
      'Networks of this form are not supported.',
    );
  }
}

/** What a network was made with; undefined where it is not said. */
export function argument({ part }: Weights, name: string): PickleValue | undefined {
  return member(member(part.object, 'static_kwargs'), name);
}

/** The mapping network and the mean of w, by our names. */
export function tensorFlowMapping(weights: Weights): Map<string, SourceTensor> {
  const tensors = new Map<string, SourceTensor>();
  tensors.set('mapping.w_avg', weights.take('dlatent_avg', [null]));
  for (let at = 0; weights.has(`mapping/Dense${at}/weight`); at++) {
    tensors.set(`mapping.fc${at}.weight`, transposed(weights, `mapping/Dense${at}/weight`));
    tensors.set(`mapping.fc${at}.bias`, weights.take(`mapping/Dense${at}/bias`));
  }
  return tensors;
}

/** Dense weights [I, O] as [O, I]. */
export function transposed(weights: Weights, key: string): FileTensor {
  return weights.take(key, [null, null]).permuted([1, 0]);
}

/** Kernels [K, K, I, O] as [O, I, K, K]. */
export function kernels(weights: Weights, key: string, size: number): FileTensor {
  return weights.take(key, [size, size, null, null]).permuted([3, 2, 0, 1]);
}

/** How many sides from 4 up have a variable. */
export function countSides(weights: Weights, variable: string): number {
  return countBlocks(weights, (block) => `synthesis/${4 * 2 ** block}x${4 * 2 ** block}/${variable}`);
}

/**
 * StyleGAN2 as stylegan2-ada-pytorch and stylegan3 store it: pickles of persistent modules (`G_ema`), or their state
 * dictionaries. The names are ours already; what stands in no weight (conv_clamp) is an attribute of the layers.
 */
import { PickledDict, PickledObject, type PickleValue } from '../../checkpoint/index.js';
import type { Candidate, Format } from '../format.js';
import { generatorFacts } from '../generator-facts.js';
import type { ConvertedNetwork, SourceTensor } from '../network.js';
import { type Part, partsOf } from '../parts.js';
import { plain } from '../tensors.js';
import { Weights } from '../weights.js';

const name = 'stylegan2-ada-pytorch';

export const stylegan2Ada: Format = {
  name,
  find(checkpoint) {
    const parts = partsOf(checkpoint).filter(isGenerator);
    const ema = (part: Part) => Number(part.name.endsWith('ema'));
    return parts.sort((a, b) => ema(b) - ema(a)).map(candidate);
  },
};

function isGenerator({ tensors }: Part): boolean {
  return tensors.has('synthesis.b4.const') && tensors.has('synthesis.b4.torgb.affine.weight');
}

function candidate(part: Part): Candidate {
  return { kind: 'stylegan2', part: part.name, convert: () => convert(part) };
}

function convert(part: Part): ConvertedNetwork {
  const weights = new Weights(part, name);
  const tensors = new Map<string, SourceTensor>();
  weights.ignore(/\.resample_filter$/);
  for (const key of weights.left) tensors.set(key, plain(weights.take(key)));
  weights.finish();
  const clamp = clampOf(part.object);
  return {
    kind: 'stylegan2',
    format: name,
    options: clamp === undefined ? {} : { conv_clamp: clamp },
    facts: generatorFacts(tensors),
    tensors,
    ignored: weights.ignored,
    licence: 'NVIDIA.',
  };
}

function clampOf(object: PickledObject | undefined): number | undefined {
  const kwargs = object?.attribute('_init_kwargs');
  const synthesis = get(kwargs, 'synthesis_kwargs');
  const clamp = get(synthesis, 'conv_clamp');
  return typeof clamp === 'number' ? clamp : undefined;
}

function get(value: PickleValue | undefined, key: string): PickleValue | undefined {
  if (value instanceof PickledDict) return value.get(key);
  return value instanceof PickledObject ? value.attribute(key) : undefined;
}

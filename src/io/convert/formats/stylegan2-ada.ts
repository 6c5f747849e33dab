/**
 * StyleGAN2 as stylegan2-ada-pytorch and stylegan3 store it: pickles of persistent modules (`G_ema`), or state dictionaries
 * of these. The names are ours already; what stands in no weight (conv_clamp) is an attribute of the layers.
 */
import type { PickledObject } from '../../checkpoint/index.js';
import { member, submodule, told } from '../attributes.js';
import { BINOMIAL_4, ignoreFilters } from '../filters.js';
import type { Candidate, Format } from '../format.js';
import { generatorOf } from '../generator.js';
import type { ConvertedNetwork, Fact, SourceTensor } from '../network.js';
import { type Part, partsOf } from '../parts.js';
import { countBlocks, type SynthesisLayer, stylegan2Layers } from '../stylegan-layers.js';
import { refuseLabels } from '../stylegan-refusals.js';
import { Weights } from '../weights.js';

const name = 'stylegan2-ada-pytorch';

export const stylegan2Ada: Format = {
  name,
  find(checkpoint) {
    const parts = partsOf(checkpoint).filter(isGenerator);
    const isMean = (part: Part) => Number(part.name.endsWith('ema'));
    return parts.sort((a, b) => isMean(b) - isMean(a)).map(candidate);
  },
};

function isGenerator({ tensors }: Part): boolean {
  return tensors.has('synthesis.b4.const') && tensors.has('synthesis.b4.conv1.affine.weight');
}

function candidate(part: Part): Candidate {
  return { kind: 'stylegan2', part: part.name, convert: () => convert(part) };
}

async function convert(part: Part): Promise<ConvertedNetwork> {
  const weights = new Weights(part, name);
  refuseLabels(weights, /^mapping\.embed\./);
  const layers = stylegan2Layers(
    countBlocks(weights, (block) => `synthesis.b${4 * 2 ** block}.conv1.weight`),
  );
  const { clamp, facts } = settings(weights, layers);
  const tensors = new Map<string, SourceTensor>();
  const take = (key: string) => tensors.set(key, weights.take(key));
  take('mapping.w_avg');
  for (let at = 0; weights.has(`mapping.fc${at}.weight`); at++) {
    take(`mapping.fc${at}.weight`);
    take(`mapping.fc${at}.bias`);
  }
  take('synthesis.b4.const');
  for (const { ours, kind } of layers) {
    for (const part of ['weight', 'bias', 'affine.weight', 'affine.bias']) take(`${ours}.${part}`);
    if (kind !== 'rgb') for (const part of ['noise_const', 'noise_strength']) take(`${ours}.${part}`);
  }
  await ignoreFilters(weights, /\.resample_filter$/, BINOMIAL_4);
  return generatorOf('stylegan2', weights, tensors, {
    options: clamp === null ? {} : { conv_clamp: clamp },
    facts,
    licence:
      'NVIDIA’s own networks: NVIDIA Source Code License, for research and evaluation only. Others: whoever trained them.',
  });
}

/** What stands in no weight. Throws where it is not what our network does. */
function settings(
  weights: Weights,
  layers: readonly SynthesisLayer[],
): { clamp: number | null; facts: Fact[] } {
  const module = weights.part.object;
  if (!module)
    return {
      clamp: null,
      facts: [['Clamp', 'none (the file does not say; networks trained with fp16 have 256)']],
    };
  const expect = (path: string, attribute: string, wanted: string | number) => {
    const found = member(submodule(module, path), attribute);
    if (found === undefined || found === wanted) return;
    throw weights.fail(
      `${path}.${attribute} is ${told(found)}, wanted ${told(wanted)}`,
      'Networks of this form are not supported.',
    );
  };
  const clamps = new Set<number | null>();
  for (const { ours, side, kind } of layers) {
    expect(`synthesis.b${side}`, 'architecture', 'skip');
    if (kind !== 'rgb') expect(ours, 'activation', 'lrelu');
    const clamp = member(submodule(module, ours), 'conv_clamp') ?? clampOfArguments(module);
    if (clamp !== null && !(typeof clamp === 'number' && clamp > 0)) {
      throw weights.fail(`${ours}.conv_clamp is no number above 0`);
    }
    clamps.add(clamp);
  }
  for (let at = 0; weights.has(`mapping.fc${at}.weight`); at++) {
    expect(`mapping.fc${at}`, 'activation', 'lrelu');
    expect(`mapping.fc${at}`, 'bias_gain', 0.01);
  }
  if (clamps.size !== 1) {
    throw weights.fail(
      `its layers have different conv_clamp: ${[...clamps].join(', ')}`,
      'Such networks are not supported.',
    );
  }
  const [clamp] = clamps as Set<number | null>;
  return { clamp: clamp!, facts: [['Clamp', clamp === null ? 'none' : `±${clamp}`]] };
}

/** Where layers have no attribute of that name: what the network was made with. */
function clampOfArguments(module: PickledObject) {
  const kwargs = module.attribute('_init_kwargs');
  return member(member(kwargs, 'synthesis_kwargs'), 'conv_clamp') ?? member(kwargs, 'conv_clamp') ?? null;
}

/**
 * StyleGAN2 as rosinality/stylegan2-pytorch stores it, which pSp, e4e and many others do, too: kernels with a leading axis,
 * the style biases' 1 and the flips as ours. It scales kernels before it modulates them, so its demodulation epsilon is another.
 */

import type { TensorView } from '../../checkpoint/index.js';
import { BINOMIAL_4, ignoreFilters } from '../filters.js';
import type { Candidate, Format } from '../format.js';
import { generatorOf } from '../generator.js';
import type { ConvertedNetwork, Fact, SourceTensor } from '../network.js';
import { type Part, partsOf, partUnder } from '../parts.js';
import { countBlocks, type SynthesisLayer, stylegan2Layers } from '../stylegan-layers.js';
import { reshaped, zeros } from '../tensors.js';
import { Weights } from '../weights.js';

const name = 'rosinality stylegan2-pytorch';
/** The networks of a file, the one that is wanted first. */
const PREFERRED = ['g_ema', '', 'decoder', 'g'];

export const stylegan2Rosinality: Format = {
  name,
  find(checkpoint) {
    const all = partsOf(checkpoint);
    const mean = all.map(({ tensors }) => tensors.get('latent_avg')).find((found) => found !== undefined);
    const rank = ({ name: part }: Part) => {
      const at = PREFERRED.indexOf(part);
      return at < 0 ? PREFERRED.length : at;
    };
    return all
      .flatMap((part) => [part, ...under(part)])
      .filter(({ tensors }) => tensors.has('input.input') && tensors.has('conv1.conv.modulation.weight'))
      .sort((a, b) => rank(a) - rank(b))
      .map((part): Candidate => ({ kind: 'stylegan2', part: part.name, convert: () => convert(part, mean) }));
  },
};

/** pSp's and e4e's: the generator stands beside the encoder. */
function under(part: Part): Part[] {
  const decoder = partUnder(part, 'decoder.', 'decoder');
  return decoder ? [decoder] : [];
}

async function convert(part: Part, mean: TensorView | undefined): Promise<ConvertedNetwork> {
  const weights = new Weights(withMean(part, mean), name);
  const tensors = new Map<string, SourceTensor>();
  // Training saves none; pSp and e4e repeat it for every row.
  if (weights.has('latent_avg')) {
    let average = weights.take('latent_avg');
    while (average.shape.length > 1) average = average.at(0);
    tensors.set('mapping.w_avg', average);
  }
  for (let at = 0; weights.has(`style.${at + 1}.weight`); at++) {
    tensors.set(`mapping.fc${at}.weight`, weights.take(`style.${at + 1}.weight`));
    tensors.set(`mapping.fc${at}.bias`, weights.take(`style.${at + 1}.bias`));
  }
  tensors.set('synthesis.b4.const', weights.take('input.input', [1, null, 4, 4]).at(0));
  const blocks = countBlocks(weights, (block) => `convs.${2 * block - 2}.conv.weight`);
  for (const layer of stylegan2Layers(blocks)) {
    const { ours, side, index, kind } = layer;
    const theirs = nameOf(layer);
    const kernel = kind === 'rgb' ? 1 : 3;
    tensors.set(
      `${ours}.weight`,
      weights.take(`${theirs}.conv.weight`, [1, null, null, kernel, kernel]).at(0),
    );
    tensors.set(`${ours}.affine.weight`, weights.take(`${theirs}.conv.modulation.weight`));
    tensors.set(`${ours}.affine.bias`, weights.take(`${theirs}.conv.modulation.bias`));
    if (kind === 'rgb') {
      tensors.set(`${ours}.bias`, reshaped(weights.take(`${theirs}.bias`, [1, 3, 1, 1]), [3]));
      continue;
    }
    tensors.set(`${ours}.bias`, weights.take(`${theirs}.activate.bias`));
    tensors.set(`${ours}.noise_strength`, reshaped(weights.take(`${theirs}.noise.weight`, [1]), []));
    tensors.set(`${ours}.noise_const`, noiseOf(weights, index, side));
  }
  await ignoreFilters(weights, /\.kernel$/, BINOMIAL_4);
  return generatorOf('stylegan2', weights, tensors, {
    options: { scaled_demodulation_epsilon: true },
    facts: [...(hasNoise(weights) ? [] : [NO_NOISE])],
    licence:
      'The program is under MIT; networks converted from NVIDIA’s stay under NVIDIA’s licence, for research and evaluation only.',
  });
}

/** Early versions of the program drew noise anew for every picture, and stored none. */
const NO_NOISE: Fact = ['Noise', 'none in the file; zero'];

function hasNoise(weights: Weights): boolean {
  return weights.has('noises.noise_0');
}

function noiseOf(weights: Weights, index: number, side: number): SourceTensor {
  if (!hasNoise(weights)) return zeros([side, side]);
  return reshaped(weights.take(`noises.noise_${index}`, [1, 1, side, side]), [side, side]);
}

function nameOf({ block, index, kind }: SynthesisLayer): string {
  if (kind === 'rgb') return block === 0 ? 'to_rgb1' : `to_rgbs.${block - 1}`;
  return index === 0 ? 'conv1' : `convs.${index - 1}`;
}

/** The mean of w stands beside the network. */
function withMean(part: Part, mean: TensorView | undefined): Part {
  if (!mean || part.tensors.has('latent_avg')) return part;
  return { ...part, tensors: new Map([...part.tensors, ['latent_avg', mean]]) };
}

/**
 * StyleGAN2 as genforce stores it, which BDInvert does, too: TensorFlow's values with PyTorch's axes, so style biases lack
 * their 1 and doubling kernels are rotated. Kernels are scaled before they are modulated: another demodulation epsilon.
 */
import { BINOMIAL_4, ignoreFilters } from '../filters.js';
import { generatorFormat, generatorOf } from '../generator.js';
import { genforceMapping, genforceParts, LICENCE } from '../genforce.js';
import type { ConvertedNetwork } from '../network.js';
import { countBlocks, stylegan2Layers } from '../stylegan-layers.js';
import { refuseLabels } from '../stylegan-refusals.js';
import { plus, reshaped, rotated } from '../tensors.js';
import type { Weights } from '../weights.js';

export const stylegan2Genforce = generatorFormat(
  'genforce StyleGAN2',
  'stylegan2',
  'synthesis.early_layer.const',
  genforceParts,
  convert,
);

async function convert(weights: Weights): Promise<ConvertedNetwork> {
  refuseLabels(weights, /label/);
  const tensors = genforceMapping(weights);
  tensors.set('synthesis.b4.const', weights.take('synthesis.early_layer.const', [1, null, 4, 4]).at(0));
  for (const { ours, block, side, index, kind } of stylegan2Layers(countBlocks(weights, outputKey))) {
    const theirs = `synthesis.${kind === 'rgb' ? `output${block}` : `layer${index}`}`;
    const size = kind === 'rgb' ? 1 : 3;
    const kernels = weights.take(`${theirs}.weight`, [null, null, size, size]);
    tensors.set(`${ours}.weight`, kind === 'up' ? rotated(kernels) : kernels);
    tensors.set(`${ours}.bias`, weights.take(`${theirs}.bias`));
    tensors.set(`${ours}.affine.weight`, weights.take(`${theirs}.style.weight`));
    tensors.set(`${ours}.affine.bias`, plus(weights.take(`${theirs}.style.bias`), 1));
    if (kind === 'rgb') continue;
    tensors.set(
      `${ours}.noise_const`,
      reshaped(weights.take(`${theirs}.noise`, [1, 1, side, side]), [side, side]),
    );
    tensors.set(`${ours}.noise_strength`, weights.take(`${theirs}.noise_strength`, []));
  }
  await ignoreFilters(weights, /\.kernel$/, BINOMIAL_4);
  return generatorOf('stylegan2', weights, tensors, {
    options: { scaled_demodulation_epsilon: true },
    licence: LICENCE,
  });
}

function outputKey(block: number): string {
  return `synthesis.output${block}.weight`;
}

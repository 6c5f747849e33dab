/**
 * StyleGAN1 as genforce stores it, which BDInvert does, too: TensorFlow's values with PyTorch's axes, as ours are. Networks whose
 * mapping makes a w for each row are those of IDinvert, which end with a tanh; no weight says so.
 */
import { BINOMIAL_3, ignoreFilters } from '../filters.js';
import { generatorFormat, generatorOf, hasOwnRows } from '../generator.js';
import { genforceMapping, genforceParts, LICENCE } from '../genforce.js';
import type { ConvertedNetwork, SourceTensor } from '../network.js';
import { countBlocks, stylegan1Layers } from '../stylegan-layers.js';
import { refuseGrowing, refuseLabels } from '../stylegan-refusals.js';
import { reshaped } from '../tensors.js';
import type { Weights } from '../weights.js';

export const stylegan1Genforce = generatorFormat(
  'genforce StyleGAN1',
  'stylegan1',
  'synthesis.layer0.style.weight',
  genforceParts,
  convert,
);

async function convert(weights: Weights): Promise<ConvertedNetwork> {
  refuseLabels(weights, /label/);
  await refuseGrowing(weights, 'synthesis.lod');
  const tensors = genforceMapping(weights);
  const blocks = countBlocks(weights, (block) => `synthesis.output${block}.weight`);
  splitMean(tensors, blocks);
  tensors.set('synthesis.b4.const', weights.take('synthesis.layer0.const', [1, null, 4, 4]).at(0));
  for (const { ours, side, index, kind } of stylegan1Layers(blocks)) {
    const theirs = `synthesis.layer${index}`;
    if (kind !== 'constant')
      tensors.set(`${ours}.weight`, weights.take(`${theirs}.weight`, [null, null, 3, 3]));
    tensors.set(`${ours}.bias`, weights.take(`${theirs}.bias`));
    tensors.set(`${ours}.affine.weight`, weights.take(`${theirs}.style.weight`));
    tensors.set(`${ours}.affine.bias`, weights.take(`${theirs}.style.bias`));
    tensors.set(`${ours}.noise_strength`, weights.take(`${theirs}.apply_noise.weight`));
    const noise = weights.take(`${theirs}.apply_noise.noise`, [1, 1, side, side]);
    tensors.set(`${ours}.noise_const`, reshaped(noise, [side, side]));
  }
  const last = `synthesis.output${blocks - 1}`;
  tensors.set('synthesis.torgb.weight', weights.take(`${last}.weight`, [3, null, 1, 1]));
  tensors.set('synthesis.torgb.bias', weights.take(`${last}.bias`));
  weights.ignore(/^synthesis\.output\d+\.(weight|bias)$/);
  await ignoreFilters(weights, /\.blur\.kernel$/, BINOMIAL_3);
  const isInDomain = hasOwnRows(tensors);
  return generatorOf('stylegan1', weights, tensors, {
    options: { final_tanh: isInDomain },
    facts: [['Output', isInDomain ? 'tanh, as the networks of IDinvert' : 'linear']],
    licence: LICENCE,
  });
}

/** The mean of mappings with a w for each row stands in one line: [rows · D]. */
function splitMean(tensors: Map<string, SourceTensor>, blocks: number): void {
  const mean = tensors.get('mapping.w_avg')!;
  const width = tensors.get('mapping.fc0.weight')?.shape[0];
  const rows = 2 * blocks;
  if (width !== undefined && mean.elements === rows * width) {
    tensors.set('mapping.w_avg', reshaped(mean, [rows, width]));
  }
}

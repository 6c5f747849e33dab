/**
 * StyleGAN1 as idinvert_pytorch stores it: a bare state dictionary. Its doubling layers of the fused form hold kernels with
 * TensorFlow's axes. Networks whose mapping makes a w for each row are those of the project, which end with a tanh.
 */
import { BINOMIAL_3, ignoreFilters } from '../filters.js';
import { generatorFormat, generatorOf, hasOwnRows } from '../generator.js';
import type { ConvertedNetwork, Json, SourceTensor } from '../network.js';
import { partsOf } from '../parts.js';
import { countBlocks, stylegan1Layers } from '../stylegan-layers.js';
import { refuseGrowing, refuseLabels } from '../stylegan-refusals.js';
import { reshaped } from '../tensors.js';
import type { Weights } from '../weights.js';

/** What our network takes where nothing is said. */
const FUSED_FROM = 128;

export const stylegan1Idinvert = generatorFormat(
  'idinvert_pytorch',
  'stylegan1',
  'synthesis.layer0.epilogue.bias',
  partsOf,
  convert,
);

async function convert(weights: Weights): Promise<ConvertedNetwork> {
  refuseLabels(weights, /label/);
  await refuseGrowing(weights, 'synthesis.lod');
  const tensors = new Map<string, SourceTensor>();
  const blocks = countBlocks(weights, (block) => `synthesis.output${block}.conv.weight`);
  tensors.set('mapping.w_avg', weights.take('truncation.w_avg', [null]));
  for (let at = 0; weights.has(`mapping.dense${at}.fc.weight`); at++) {
    tensors.set(`mapping.fc${at}.weight`, weights.take(`mapping.dense${at}.fc.weight`));
    tensors.set(`mapping.fc${at}.bias`, weights.take(`mapping.dense${at}.wscale.bias`));
  }
  const fused: number[] = [];
  tensors.set('synthesis.b4.const', weights.take('synthesis.layer0.const', [1, null, 4, 4]).at(0));
  for (const { ours, side, index, kind } of stylegan1Layers(blocks)) {
    const theirs = `synthesis.layer${index}`;
    if (kind === 'up' && weights.has(`${theirs}.weight`)) {
      fused.push(side);
      tensors.set(
        `${ours}.weight`,
        weights.take(`${theirs}.weight`, [3, 3, null, null]).permuted([3, 2, 0, 1]),
      );
    } else if (kind !== 'constant') {
      tensors.set(`${ours}.weight`, weights.take(`${theirs}.conv.weight`, [null, null, 3, 3]));
    }
    const epilogue = `${theirs}.epilogue`;
    tensors.set(`${ours}.bias`, weights.take(`${epilogue}.bias`));
    tensors.set(`${ours}.affine.weight`, weights.take(`${epilogue}.style_mod.dense.fc.weight`));
    tensors.set(`${ours}.affine.bias`, weights.take(`${epilogue}.style_mod.dense.wscale.bias`));
    tensors.set(`${ours}.noise_strength`, weights.take(`${epilogue}.apply_noise.weight`));
    const noise = weights.take(`${epilogue}.apply_noise.noise`, [1, 1, side, side]);
    tensors.set(`${ours}.noise_const`, reshaped(noise, [side, side]));
  }
  const last = `synthesis.output${blocks - 1}`;
  tensors.set('synthesis.torgb.weight', weights.take(`${last}.conv.weight`, [3, null, 1, 1]));
  tensors.set('synthesis.torgb.bias', weights.take(`${last}.bias`));
  weights.ignore(/^synthesis\.output\d+\.(conv\.weight|bias)$|^truncation\.truncation$/);
  await ignoreFilters(weights, /\.blur\.kernel$/, BINOMIAL_3);
  const isProjects = hasOwnRows(tensors);
  return generatorOf('stylegan1', weights, tensors, {
    options: { final_tanh: isProjects, ...fusedOption(weights, fused, 4 * 2 ** (blocks - 1)) },
    facts: [['Output', isProjects ? 'tanh' : 'linear']],
    licence:
      'The program is under MIT; its networks were trained from NVIDIA’s code, on FFHQ (not for commercial use) or LSUN.',
  });
}

/** The least side of the fused form, where it is not the usual one. All above it must be of it. */
function fusedOption(weights: Weights, fused: readonly number[], resolution: number): Record<string, Json> {
  const [from] = fused;
  if (from === undefined) return resolution < FUSED_FROM ? {} : { fused_from: null };
  if (fused.length !== 1 + Math.log2(resolution / from)) {
    throw weights.fail(
      `its layers of the fused form are those of ${fused.join(', ')} pixels, wanted all from one on`,
    );
  }
  return from === FUSED_FROM ? {} : { fused_from: from };
}

/** StyleGAN2 as NVIDIA's TensorFlow programs store it (stylegan2, stylegan2-ada): style biases lack their 1, doubling kernels are rotated. */
import { generatorFormat, generatorOf } from '../generator.js';
import type { ConvertedNetwork } from '../network.js';
import { type SynthesisLayer, stylegan2Layers } from '../stylegan-layers.js';
import { refuseLabels } from '../stylegan-refusals.js';
import {
  argument,
  countSides,
  expectArguments,
  kernels,
  tensorFlowMapping,
  tensorFlowParts,
  transposed,
} from '../tensorflow.js';
import { plus, reshaped, rotated } from '../tensors.js';
import type { Weights } from '../weights.js';

export const stylegan2Tensorflow = generatorFormat(
  'TensorFlow StyleGAN2',
  'stylegan2',
  'synthesis/4x4/Conv/mod_weight',
  tensorFlowParts,
  convert,
);

function convert(weights: Weights): ConvertedNetwork {
  refuseLabels(weights, /Label/);
  expectArguments(weights, {
    label_size: [0],
    num_channels: [3],
    architecture: ['skip'],
    resample_kernel: [[1, 3, 3, 1]],
    nonlinearity: ['lrelu'],
    mapping_nonlinearity: ['lrelu'],
    mapping_lrmul: [0.01],
    normalize_latents: [true],
    use_noise: [true],
  });
  const clamp = argument(weights, 'conv_clamp');
  const tensors = tensorFlowMapping(weights);
  tensors.set('synthesis.b4.const', weights.take('synthesis/4x4/Const/const', [1, null, 4, 4]).at(0));
  for (const layer of stylegan2Layers(countSides(weights, 'Conv1/weight'))) {
    const { ours, side, index, kind } = layer;
    const theirs = `synthesis/${side}x${side}/${nameOf(layer)}`;
    const kernel = kernels(weights, `${theirs}/weight`, kind === 'rgb' ? 1 : 3);
    tensors.set(`${ours}.weight`, kind === 'up' ? rotated(kernel) : kernel);
    tensors.set(`${ours}.bias`, weights.take(`${theirs}/bias`));
    tensors.set(`${ours}.affine.weight`, transposed(weights, `${theirs}/mod_weight`));
    tensors.set(`${ours}.affine.bias`, plus(weights.take(`${theirs}/mod_bias`), 1));
    if (kind === 'rgb') continue;
    tensors.set(
      `${ours}.noise_const`,
      reshaped(weights.take(`synthesis/noise${index}`, [1, 1, side, side]), [side, side]),
    );
    tensors.set(`${ours}.noise_strength`, weights.scalar(`${theirs}/noise_strength`));
  }
  weights.ignore(/^lod$/);
  return generatorOf('stylegan2', weights, tensors, {
    options: typeof clamp === 'number' ? { conv_clamp: clamp } : {},
    licence:
      'NVIDIA’s own networks: NVIDIA Source Code License-NC, not for commercial use. Others: whoever trained them.',
  });
}

function nameOf({ side, kind }: SynthesisLayer): string {
  if (kind === 'rgb') return 'ToRGB';
  if (kind === 'up') return 'Conv0_up';
  return side === 4 ? 'Conv' : 'Conv1';
}

/** StyleGAN1 as NVIDIA's TensorFlow program stores it: our values with other axes. */
import { generatorFormat, generatorOf } from '../generator.js';
import type { ConvertedNetwork, Json } from '../network.js';
import { type SynthesisLayer, stylegan1Layers } from '../stylegan-layers.js';
import { refuseGrowing, refuseLabels } from '../stylegan-refusals.js';
import {
  argument,
  countSides,
  expectArguments,
  kernels,
  tensorFlowMapping,
  tensorFlowParts,
  transposed,
} from '../tensorflow.js';
import { reshaped } from '../tensors.js';
import type { Weights } from '../weights.js';

export const stylegan1Tensorflow = generatorFormat(
  'TensorFlow StyleGAN1',
  'stylegan1',
  'synthesis/4x4/Conv/StyleMod/weight',
  tensorFlowParts,
  convert,
);

async function convert(weights: Weights): Promise<ConvertedNetwork> {
  refuseLabels(weights, /Label/);
  expectArguments(weights, {
    label_size: [0],
    num_channels: [3],
    nonlinearity: ['lrelu'],
    mapping_nonlinearity: ['lrelu'],
    mapping_lrmul: [0.01],
    normalize_latents: [true],
    use_wscale: [true],
    use_styles: [true],
    use_noise: [true],
    use_instance_norm: [true],
    use_pixel_norm: [false],
    const_input_layer: [true],
    blur_filter: [[1, 2, 1]],
    fused_scale: ['auto', true, false],
  });
  await refuseGrowing(weights, 'synthesis/lod');
  await refuseGrowing(weights, 'lod');
  const tensors = tensorFlowMapping(weights);
  tensors.set('synthesis.b4.const', weights.take('synthesis/4x4/Const/const', [1, null, 4, 4]).at(0));
  for (const layer of stylegan1Layers(countSides(weights, 'Conv1/weight'))) {
    const { ours, side, index, kind } = layer;
    const theirs = `synthesis/${side}x${side}/${nameOf(layer)}`;
    if (kind !== 'constant') tensors.set(`${ours}.weight`, kernels(weights, `${theirs}/weight`, 3));
    tensors.set(`${ours}.bias`, weights.take(`${theirs}/bias`));
    tensors.set(`${ours}.affine.weight`, transposed(weights, `${theirs}/StyleMod/weight`));
    tensors.set(`${ours}.affine.bias`, weights.take(`${theirs}/StyleMod/bias`));
    tensors.set(`${ours}.noise_strength`, weights.take(`${theirs}/Noise/weight`));
    tensors.set(
      `${ours}.noise_const`,
      reshaped(weights.take(`synthesis/noise${index}`, [1, 1, side, side]), [side, side]),
    );
  }
  tensors.set('synthesis.torgb.weight', kernels(weights, 'synthesis/ToRGB_lod0/weight', 1));
  tensors.set('synthesis.torgb.bias', weights.take('synthesis/ToRGB_lod0/bias'));
  weights.ignore(/^synthesis\/ToRGB_lod\d+\/(weight|bias)$/);
  return generatorOf('stylegan1', weights, tensors, {
    options: fusedOption(argument(weights, 'fused_scale')),
    licence: 'NVIDIA’s own networks: CC BY-NC 4.0, not for commercial use. Others: whoever trained them.',
  });
}

function nameOf({ side, kind }: SynthesisLayer): string {
  if (kind === 'constant') return 'Const';
  if (kind === 'up') return 'Conv0_up';
  return side === 4 ? 'Conv' : 'Conv1';
}

/** `fused_scale`: always, never, or (as usual) from 128 pixels on. */
function fusedOption(scale: unknown): Record<string, Json> {
  if (scale === true) return { fused_from: 8 };
  return scale === false ? { fused_from: null } : {};
}

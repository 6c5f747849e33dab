/** The convolutional part of VGG16 (Simonyan & Zisserman 2015) in torchvision's key names, at any width. */
import { RELU } from '../autograd/ops/activation.js';
import { convolution } from '../autograd/ops/convolution.js';
import { maxPool } from '../autograd/ops/pooling.js';
import type { Tensor } from '../autograd/tensor.js';
import type { StateDict } from './state.js';

/** `features.N`: convolutions with their ReLU, grouped by stage; 2x2 max pooling between stages. */
export const VGG16_STAGES = [
  [0, 2],
  [5, 7],
  [10, 12, 14],
  [17, 19, 21],
  [24, 26, 28],
] as const;

/** Throws a FwplusError where weights are missing or do not fit together; returns the channels of each stage. */
export function checkVgg16(state: StateDict): number[] {
  let channels = 3;
  return VGG16_STAGES.map((stage) => {
    for (const layer of stage) {
      channels = state.get(`features.${layer}.weight`, [null, channels, 3, 3]).shape[0]!;
      state.get(`features.${layer}.bias`, [channels]);
    }
    return channels;
  });
}

/** The sides of the five stages' features of a picture with a side of `side` pixels. */
export function vgg16Sides(side: number): number[] {
  return VGG16_STAGES.map((_, at) => Math.floor(side / 2 ** at));
}

/** x [N, H, W, 3], already normalised, to the last ReLU of each of the five stages: [N, H/2^k, W/2^k, C_k]. */
export function vgg16Features(x: Tensor, state: StateDict): Tensor[] {
  const features: Tensor[] = [];
  let h = x;
  VGG16_STAGES.forEach((stage, at) => {
    if (at > 0) h = maxPool(h, 2, 2);
    for (const layer of stage) {
      h = convolution(h, state.constant(x.graph, `features.${layer}.weight`), {
        padding: 1,
        bias: state.constant(x.graph, `features.${layer}.bias`),
        activation: RELU,
      });
    }
    features.push(h);
  });
  return features;
}

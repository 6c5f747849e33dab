/** The convolutional part of AlexNet (Krizhevsky 2014) in torchvision's layout and key names, at any width. */
import { RELU } from '../autograd/ops/activation.js';
import { convolution } from '../autograd/ops/convolution.js';
import { maxPool } from '../autograd/ops/pooling.js';
import type { Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import type { StateDict } from './state.js';

/** `features.N`, each with its ReLU; `pooled`: after 3x3 max pooling of stride 2, incomplete windows dropped. */
const LAYERS = [
  { at: 0, kernel: 11, stride: 4, padding: 2, pooled: false },
  { at: 3, kernel: 5, stride: 1, padding: 2, pooled: true },
  { at: 6, kernel: 3, stride: 1, padding: 1, pooled: true },
  { at: 8, kernel: 3, stride: 1, padding: 1, pooled: false },
  { at: 10, kernel: 3, stride: 1, padding: 1, pooled: false },
] as const;

/** Below it the second pooling has no window left. */
const LEAST_SIDE = 31;

/** Side of the first kernel, by which a file of AlexNet is told from one of VGG16. */
export const ALEXNET_KERNEL = LAYERS[0].kernel;

/** Throws a FwplusError where weights are missing or do not fit together; returns the channels of each layer. */
export function checkAlexNet(state: StateDict): number[] {
  let channels = 3;
  return LAYERS.map(({ at, kernel }) => {
    channels = state.get(`features.${at}.weight`, [null, channels, kernel, kernel]).shape[0]!;
    state.get(`features.${at}.bias`, [channels]);
    return channels;
  });
}

/** The sides of the five layers' features of a picture with a side of `side` pixels. */
export function alexNetSides(side: number): number[] {
  let h = side;
  return LAYERS.map(({ kernel, stride, padding, pooled }) => {
    if (pooled) h = Math.floor((h - 3) / 2) + 1;
    h = Math.floor((h + 2 * padding - kernel) / stride) + 1;
    return h;
  });
}

/** x [N, H, W, 3], already normalised, to the ReLU of each of the five layers: at 256 pixels 63, 31, 15, 15 and 15 wide. */
export function alexNetFeatures(x: Tensor, state: StateDict): Tensor[] {
  const [, height, width] = x.shape as [number, number, number, number];
  if (Math.min(height, width) < LEAST_SIDE) {
    throw new FwplusError(`AlexNet cannot see a picture of ${width} × ${height} pixels.`, {
      hint: `It needs sides of at least ${LEAST_SIDE}: compare at a larger size, or use VGG16.`,
    });
  }
  const features: Tensor[] = [];
  let h = x;
  for (const { at, stride, padding, pooled } of LAYERS) {
    if (pooled) h = maxPool(h, 3, 2);
    h = convolution(h, state.constant(x.graph, `features.${at}.weight`), {
      stride,
      padding,
      bias: state.constant(x.graph, `features.${at}.bias`),
      activation: RELU,
    });
    features.push(h);
  }
  return features;
}

/**
 * The modulated convolution of StyleGAN2 (Karras et al. 2020, section 2.2), in the form that scales activations instead of
 * weights: x · s, convolution, · d. One pass over memory for a plain layer, two for an up-convolution.
 */
import type { Tensor } from '../tensor.js';
import { type Activation, LINEAR } from './activation.js';
import { plainEpilogue } from './channel-gradients.js';
import { convolution } from './convolution.js';
import { demodulation } from './demodulation.js';
import { upConvolution } from './up-convolution.js';

export interface ModulatedConvolutionOptions {
  /** [O, I, K, K], K odd, frozen. */
  readonly weight: Tensor;
  /** [O], frozen. */
  readonly bias: Tensor;
  /** The epsilon under the root; leave out for no demodulation (toRGB). */
  readonly demodulate?: number;
  /** Doubles height and width. */
  readonly up?: boolean;
  /** [OH, OW], frozen. */
  readonly noise?: { readonly map: Tensor; readonly strength: number };
  readonly activation?: Activation;
}

/** x [N, H, W, I] with styles s [N, I] gives [N, H, W, O], or [N, 2H, 2W, O] with `up`. Gradients flow to x and s. */
export function modulatedConvolution(x: Tensor, s: Tensor, options: ModulatedConvolutionOptions): Tensor {
  const { weight, bias, up = false, noise, activation = LINEAR } = options;
  const [outChannels, , kernelSize] = weight.shape as [number, number, number];
  const scaleOut = options.demodulate === undefined ? undefined : demodulation(s, weight, options.demodulate);
  if (!up) {
    return convolution(x, weight, {
      padding: (kernelSize - 1) / 2,
      scaleIn: s,
      bias,
      activation,
      ...(scaleOut && { scaleOut }),
      ...(noise && { noise }),
    });
  }
  return upConvolution(x, weight, s, {
    ...plainEpilogue(x.graph, x.shape[0]!, outChannels),
    bias,
    activation,
    ...(scaleOut && { scaleOut }),
    ...(noise && { noise }),
  });
}

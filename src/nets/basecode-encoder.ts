/**
 * The base-code encoder E (Kang et al. 2021): from a picture of side 8·s to a base code of side s. Eleven 3x3 convolutions,
 * three average poolings, batch norm and leaky ReLU 0.2 after all convolutions but the last; as in the published program. Any width.
 */

import { UNLIMITED } from '../autograd/ops/activation.js';
import { convolution } from '../autograd/ops/convolution.js';
import { averagePool } from '../autograd/ops/pooling.js';
import type { Tensor } from '../autograd/tensor.js';
import { assertShape } from '../autograd/tensor.js';
import { checkBatchNorm, normalisedConvolution } from './normalised-convolution.js';
import type { StateDict } from './state.js';

/** `model.N` in the published checkpoint: convolutions (batch norm, if any, at N + 1) and poolings, in order. */
const STEPS = [0, 3, 6, 'pool', 10, 13, 16, 'pool', 20, 23, 26, 'pool', 30, 33] as const;
const LAST = 33;
const ACTIVATION = { slope: 0.2, gain: 1, limit: UNLIMITED };

export class BasecodeEncoder {
  /** Channels of the base code. */
  readonly channels: number;
  readonly #state: StateDict;

  constructor(state: StateDict) {
    this.#state = state;
    let inChannels = 3;
    for (const step of STEPS) {
      if (step === 'pool') continue;
      const { shape } = state.get(`model.${step}.weight`, [null, inChannels, 3, 3]);
      inChannels = shape[0]!;
      state.get(`model.${step}.bias`, [inChannels]);
      if (step === LAST) continue;
      checkBatchNorm(state, `model.${step + 1}`, inChannels);
    }
    this.channels = inChannels;
  }

  /** Picture [N, 8s, 8s, 3] in [-1, 1] to base code [N, s, s, C]; batch norm in inference. */
  encode(picture: Tensor): Tensor {
    assertShape('encoder', picture, [null, null, null, 3]);
    return picture.graph.scoped('encoder', () => {
      let x = picture;
      for (const step of STEPS) x = step === 'pool' ? averagePool(x, 2) : this.#convolution(x, step);
      return x;
    });
  }

  #convolution(x: Tensor, step: number): Tensor {
    const [weight, bias] = [`model.${step}.weight`, `model.${step}.bias`];
    if (step === LAST) {
      return convolution(x, this.#state.constant(x.graph, weight), {
        padding: 1,
        bias: this.#state.constant(x.graph, bias),
      });
    }
    const norm = `model.${step + 1}`;
    return normalisedConvolution(x, this.#state, { weight, bias, norm, padding: 1, activation: ACTIVATION });
  }
}

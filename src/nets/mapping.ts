/** The mapping network of both StyleGANs: z of second moment 1 through fully connected layers with leaky ReLU. */
import type { Activation } from '../autograd/ops/activation.js';
import { fullyConnected } from '../autograd/ops/fully-connected.js';
import { normaliseSecondMoment } from '../autograd/ops/normalise.js';
import { assertShape, type Tensor } from '../autograd/tensor.js';
import type { StateDict } from './state.js';

/** Learning-rate multiplier of its layers. */
const MAPPING_LR = 0.01;

export interface MappingOptions {
  readonly wDim: number;
  /** Rows of the code, where the last layer may make a w for each of them. */
  readonly rows?: number;
  readonly activation: Activation;
  /** Factor of the weights, beside the equalised learning rate's 0.01/√I. */
  readonly gain: number;
}

/** `mapping.fc{i}.{weight [O, I], bias [O]}`, from i = 0. */
export class Mapping {
  readonly zDim: number;
  /** Width of what the last layer makes: wDim, or rows · wDim. */
  readonly outputs: number;
  readonly #state: StateDict;
  readonly #options: MappingOptions;
  readonly #layers: number;
  /** Weights with their factors, made once, so that all programs share them on the GPU. */
  readonly #scaled = new Map<string, Float32Array>();

  /** Throws a FwplusError where weights are missing or do not fit together. */
  constructor(state: StateDict, options: MappingOptions) {
    this.#state = state;
    this.#options = options;
    this.#layers = state.keys.filter((key) => /^mapping\.fc\d+\.weight$/.test(key)).length;
    this.zDim = state.get('mapping.fc0.weight', [null, null]).shape[1]!;
    const { wDim, rows } = options;
    let outputs = wDim;
    for (let at = 0; at < this.#layers; at++) {
      const key = `mapping.fc${at}`;
      const [found] = state.get(`${key}.weight`, [null, null]).shape;
      if (at === this.#layers - 1 && rows && found === rows * wDim) outputs = rows * wDim;
      state.get(`${key}.weight`, [outputs, at === 0 ? this.zDim : wDim]);
      state.get(`${key}.bias`, [outputs]);
    }
    this.outputs = outputs;
  }

  /** z [N, zDim] to [N, outputs]. */
  run(z: Tensor): Tensor {
    assertShape('mapping', z, [null, this.zDim]);
    const { gain, activation } = this.#options;
    let x = normaliseSecondMoment(z);
    for (let at = 0; at < this.#layers; at++) {
      const name = `mapping.fc${at}`;
      const { shape } = this.#state.get(`${name}.weight`);
      const weight = this.#times(`${name}.weight`, (gain * MAPPING_LR) / Math.sqrt(shape[1]!));
      const bias = this.#times(`${name}.bias`, MAPPING_LR);
      x = fullyConnected(x, z.graph.constant(name, shape, weight), {
        bias: z.graph.constant(`${name}.bias`, [bias.length], bias),
        activation,
      });
    }
    return x;
  }

  #times(key: string, factor: number): Float32Array {
    const known = this.#scaled.get(key);
    if (known) return known;
    const made = this.#state.get(key).data.map((value) => value * factor);
    this.#scaled.set(key, made);
    return made;
  }
}

/**
 * StyleGAN1 (Karras et al. 2019) as a composition of operations: mapping, truncation, and synthesis at full resolution, entered at
 * the constant or at a base code f (Kang et al. 2021, F/W+ space). Any resolution and channel table; both follow from the weights.
 *
 * A layer: convolution (after the first of a block's doubling, the [1,2,1] filter), noise with a strength for each channel, bias,
 * leaky ReLU; then normalisation of each channel over its pixels, and a scale and a shift from the code. All pictures come
 * from the last block's toRGB: those below it only served growing.
 *
 * Weights, as stored by the original program (equalised learning rate: factors come in here), r = 4, 8, … the side, C its channels:
 *   mapping.fc{i}.{weight [D, I], bias [D]}      the last one [rows·D, I] where every row has a w of its own
 *   mapping.w_avg                                [D], or [rows, D]
 *   synthesis.b4.const                           [C, 4, 4]; b4.conv0 is all of a layer but the convolution
 *   synthesis.b{r}.conv{0,1}.weight              [C, I, 3, 3]; conv0 doubles
 *   synthesis.b{r}.conv{0,1}.{bias [C], noise_const [r, r], noise_strength [C]}
 *   synthesis.b{r}.conv{0,1}.affine.{weight [2C, D], bias [2C]}      C scales less 1, then C shifts
 *   synthesis.torgb.{weight [3, C, 1, 1], bias [3]}                  of the last block
 */
import { repeated } from '../autograd/arrays.js';
import { checkpoint } from '../autograd/checkpoint.js';
import { type Activation, UNLIMITED } from '../autograd/ops/activation.js';
import { convolution } from '../autograd/ops/convolution.js';
import { instanceNorm } from '../autograd/ops/instance-norm.js';
import { noiseActivation } from '../autograd/ops/noise-activation.js';
import { smooth } from '../autograd/ops/smooth.js';
import { type StyleLayer, styles } from '../autograd/ops/styles.js';
import { tanh } from '../autograd/ops/tanh.js';
import { truncation } from '../autograd/ops/truncation.js';
import { assertShape, type Tensor } from '../autograd/tensor.js';
import { firstRowOfBase, type Generator, refuseOther, resolutionOf } from './generator.js';
import { toNhwc } from './layout.js';
import { Mapping } from './mapping.js';
import type { StateDict } from './state.js';

export interface StyleGan1Options {
  /** The picture goes through a tanh: IDinvert's networks. Not by default. */
  readonly tanh?: boolean;
  /**
   * The least side whose up-convolution is of the fused form, 128 by default as in the published networks; Infinity for never. Below
   * it a kernel is meant for the picture doubled by repetition, from it on for a transposed convolution: rotated by 180°.
   */
  readonly fusedFrom?: number;
}

const ACTIVATION: Activation = { slope: 0.2, gain: 1, limit: UNLIMITED };
/** The published networks' `fusedFrom`. */
export const FUSED_FROM = 128;

interface Layer {
  /** `b{side}.conv{0,1}` */
  readonly key: string;
  readonly side: number;
  /** Of the code. */
  readonly row: number;
  readonly kind: 'constant' | 'up' | 'convolution';
}

export class StyleGan1 implements Generator {
  readonly resolution: number;
  readonly wDim: number;
  readonly zDim: number;
  readonly rows: number;
  readonly meanCode: Float32Array;
  readonly #state: StateDict;
  readonly #tanh: boolean;
  readonly #fusedFrom: number;
  readonly #mapping: Mapping;
  readonly #layers: readonly Layer[];
  /** Weights made of others, once, so that all programs share them on the GPU. */
  readonly #derived = new Map<string, Float32Array>();
  readonly #styleLayers = new Map<string, readonly StyleLayer[]>();

  /** Throws a FwplusError where weights are missing or do not fit together. */
  constructor(state: StateDict, options: StyleGan1Options = {}) {
    this.#state = state;
    this.#tanh = options.tanh ?? false;
    this.#fusedFrom = options.fusedFrom ?? FUSED_FROM;
    refuseOther(state, 'StyleGAN1');
    this.resolution = resolutionOf(state.keys, state.name, 'StyleGAN1');
    this.rows = 2 * Math.log2(this.resolution) - 2;
    this.wDim = state.get('synthesis.b4.conv0.affine.weight', [null, null]).shape[1]!;
    this.#mapping = new Mapping(state, {
      wDim: this.wDim,
      rows: this.rows,
      activation: ACTIVATION,
      gain: Math.SQRT2,
    });
    this.zDim = this.#mapping.zDim;
    const perRow = state.get('mapping.w_avg').shape.length === 2;
    const average = state.get('mapping.w_avg', perRow ? [this.rows, this.wDim] : [this.wDim]).data;
    this.meanCode = perRow ? average : repeated(average, this.rows);
    this.#layers = layersOf(this.resolution);
    this.#checkSynthesis();
  }

  channels(size: number): number {
    return this.#state.get(`synthesis.b${size}.conv0.bias`, [null]).shape[0]!;
  }

  firstRow(size: number): number {
    return firstRowOfBase(size, this.resolution, 'StyleGAN1');
  }

  /** Scales and shifts alike. */
  affineColumns(from: number, to: number): Float32Array[] {
    return this.#layers
      .filter(({ row }) => from <= row && row <= to)
      .flatMap(({ key }) => {
        const { data, shape } = this.#state.get(`synthesis.${key}.affine.weight`);
        return Array.from({ length: shape[0]! }, (_, at) =>
          data.subarray(at * this.wDim, (at + 1) * this.wDim),
        );
      });
  }

  mapping(z: Tensor): Tensor {
    return this.#mapping.run(z);
  }

  code(w: Tensor, psi = 1, cutoff = this.rows): Tensor {
    const { graph } = w;
    assertShape('code', w, [null, this.#mapping.outputs]);
    const strengths = Float32Array.from({ length: this.rows }, (_, row) => (row < cutoff ? psi : 1));
    return truncation(
      w,
      graph.constant('mean w', [this.rows, this.wDim], this.meanCode),
      graph.constant('psi', [this.rows], strengths),
    );
  }

  synthesis(code: Tensor): Tensor {
    assertShape('synthesis', code, [null, this.rows, this.wDim]);
    return this.#picture(this.#run(undefined, code, this.#layers));
  }

  /**
   * f stands in for what the layer that doubles to side s holds before its normalisation, as in the published program. So the mean and
   * any positive scale of a channel of f leave the picture as it is.
   */
  synthesisFrom(f: Tensor, detail: Tensor): Tensor {
    const size = f.shape[1]!;
    const first = this.firstRow(size);
    assertShape('base code', f, [null, size, size, this.channels(size)]);
    assertShape('detail code', detail, [f.shape[0]!, this.rows - first, this.wDim]);
    const layers = this.#layers.slice(first).map((layer) => ({ ...layer, row: layer.row - first }));
    return this.#picture(this.#run(f, detail, layers));
  }

  /** What the layer that doubles to side `size` holds before its normalisation. */
  baseCode(code: Tensor, size: number): Tensor {
    assertShape('baseCode', code, [null, this.rows, this.wDim]);
    const entered = this.#layers[this.firstRow(size)]!;
    const below = this.#run(undefined, code, this.#layers.slice(0, entered.row));
    return code.graph.scoped(entered.key, () => this.#activated(below, entered));
  }

  /**
   * Runs layers; with `entry`, which stands in for what the first of them holds before its normalisation, else from the constant.
   * A layer's index is its row.
   */
  #run(entry: Tensor | undefined, code: Tensor, layers: readonly Layer[]): Tensor {
    const { graph } = code;
    const styleOf = styles(code, this.#stylesOf(layers));
    let x = entry ?? this.#constant(code);
    for (const side of new Set(layers.map((layer) => layer.side))) {
      const below = x;
      [x] = checkpoint(graph, () => {
        let made = below;
        layers.forEach((layer, at) => {
          if (layer.side !== side) return;
          made = graph.scoped(layer.key, () => {
            const held = entry && at === 0 ? made : this.#activated(made, layer);
            return instanceNorm(held, styleOf[2 * at]!, styleOf[2 * at + 1]!);
          });
        });
        return [made];
      }) as [Tensor];
    }
    return x;
  }

  /** The learned constant [N, 4, 4, C]. */
  #constant({ graph, shape: [batch] }: Tensor): Tensor {
    const { shape, data } = this.#state.get('synthesis.b4.const', [null, 4, 4]);
    const channels = shape[0]!;
    const values = this.#once(`const ${batch}`, () => repeated(toNhwc(data, [1, channels, 4, 4]), batch!));
    return graph.constant('const', [batch!, 4, 4, channels], values);
  }

  /** A layer up to its normalisation. */
  #activated(x: Tensor, layer: Layer): Tensor {
    const { graph } = x;
    const weight = (part: string) => this.#state.constant(graph, `synthesis.${layer.key}.${part}`);
    return noiseActivation(this.#convolved(x, layer), {
      map: weight('noise_const'),
      strength: weight('noise_strength'),
      bias: weight('bias'),
      activation: ACTIVATION,
    });
  }

  #convolved(x: Tensor, { key, side, kind }: Layer): Tensor {
    if (kind === 'constant') return x;
    const { graph } = x;
    const name = `synthesis.${key}.weight`;
    const { shape, data } = this.#state.get(name);
    const [outChannels, inChannels] = shape as [number, number];
    const gain = Math.SQRT2 / Math.sqrt(9 * inChannels);
    if (kind === 'convolution') {
      const scaled = this.#once(name, () => data.map((value) => value * gain));
      return convolution(x, graph.constant(name, shape, scaled), { padding: 1 });
    }
    const spread = this.#once(name, () => spreadKernels(data, gain, side >= this.#fusedFrom));
    const weight = graph.constant(name, [outChannels, inChannels, 4, 4], spread);
    return smooth(convolution(x, weight, { stride: 2, padding: 1, transposed: true }));
  }

  #picture(x: Tensor): Tensor {
    const { graph } = x;
    return graph.scoped('torgb', () => {
      const name = 'synthesis.torgb.weight';
      const { shape, data } = this.#state.get(name);
      const gain = 1 / Math.sqrt(shape[1]!);
      const scaled = this.#once(name, () => data.map((value) => value * gain));
      const image = convolution(x, graph.constant(name, shape, scaled), {
        bias: this.#state.constant(graph, 'synthesis.torgb.bias'),
      });
      return this.#tanh ? tanh(image) : image;
    });
  }

  #once(key: string, make: () => Float32Array): Float32Array {
    const known = this.#derived.get(key);
    if (known) return known;
    const made = make();
    this.#derived.set(key, made);
    return made;
  }

  /** Two a layer, scale and shift; the same list for the same layers, so that `styles` stacks them once. */
  #stylesOf(layers: readonly Layer[]): readonly StyleLayer[] {
    const key = layers.map((layer) => `${layer.key} ${layer.row}`).join();
    const known = this.#styleLayers.get(key);
    if (known) return known;
    const made = layers.flatMap((layer) => this.#stylesOfLayer(layer));
    this.#styleLayers.set(key, made);
    return made;
  }

  /** The affine map's two halves, with its gain 1/√D, and the scale's 1. */
  #stylesOfLayer({ key, row }: Layer): StyleLayer[] {
    const { data, shape } = this.#state.get(`synthesis.${key}.affine.weight`);
    const bias = this.#state.get(`synthesis.${key}.affine.bias`).data;
    const channels = shape[0]! / 2;
    const gain = 1 / Math.sqrt(this.wDim);
    const weight = data.map((value) => value * gain);
    const half = channels * this.wDim;
    return [
      { row, weight: weight.slice(0, half), bias: bias.slice(0, channels).map((value) => value + 1) },
      { row, weight: weight.slice(half), bias: bias.slice(channels) },
    ];
  }

  /** Each layer must take as many channels as the one below it makes. */
  #checkSynthesis(): void {
    let channels = this.#state.get('synthesis.b4.const', [null, 4, 4]).shape[0]!;
    for (const layer of this.#layers) channels = this.#check(layer, channels);
    this.#state.get('synthesis.torgb.weight', [3, channels, 1, 1]);
    this.#state.get('synthesis.torgb.bias', [3]);
  }

  /** Returns the channels that the layer makes. */
  #check({ key, side, kind }: Layer, inChannels: number): number {
    const prefix = `synthesis.${key}`;
    const channels =
      kind === 'constant'
        ? inChannels
        : this.#state.get(`${prefix}.weight`, [null, inChannels, 3, 3]).shape[0]!;
    this.#state.get(`${prefix}.bias`, [channels]);
    this.#state.get(`${prefix}.noise_const`, [side, side]);
    this.#state.get(`${prefix}.noise_strength`, [channels]);
    this.#state.get(`${prefix}.affine.weight`, [2 * channels, this.wDim]);
    this.#state.get(`${prefix}.affine.bias`, [2 * channels]);
    return channels;
  }
}

/** All layers in order; each reads the row of its own index. */
function layersOf(resolution: number): Layer[] {
  const layers: Layer[] = [];
  for (let side = 4; side <= resolution; side *= 2) {
    const row = layers.length;
    layers.push({ key: `b${side}.conv0`, side, row, kind: side === 4 ? 'constant' : 'up' });
    layers.push({ key: `b${side}.conv1`, side, row: row + 1, kind: 'convolution' });
  }
  return layers;
}

/**
 * 3x3 kernels, `gain` times, as the 4x4 kernels of a transposed convolution of stride 2 that doubles by repetition and convolves in one:
 * the sum of the four shifts by one. Unless `fused` the kernel is first rotated by 180°, for a transposed convolution rotates it back.
 */
function spreadKernels(data: Float32Array, gain: number, fused: boolean): Float32Array {
  const spread = new Float32Array((data.length / 9) * 16);
  data.forEach((value, at) => {
    const kernel = Math.floor(at / 9);
    const tap = fused ? at % 9 : 8 - (at % 9);
    const corner = 16 * kernel + 4 * Math.floor(tap / 3) + (tap % 3);
    for (const shift of [0, 1, 4, 5]) spread[corner + shift]! += value * gain;
  });
  return spread;
}

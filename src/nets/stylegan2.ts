/**
 * StyleGAN2 (Karras et al. 2020) as a composition of operations: mapping, truncation, and synthesis entered at the constant
 * or at a base code f (Kang et al. 2021, F/W+ space). Any resolution and channel table; both follow from the weights.
 * Keys are those of stylegan2-ada-pytorch.
 */
import { repeated } from '../autograd/arrays.js';
import { checkpoint } from '../autograd/checkpoint.js';
import { type Activation, LEAKY_RELU, LINEAR, UNLIMITED } from '../autograd/ops/activation.js';
import { modulatedConvolution } from '../autograd/ops/modulated-convolution.js';
import { upsample2 } from '../autograd/ops/resample.js';
import { type StyleLayer, styles } from '../autograd/ops/styles.js';
import { truncation } from '../autograd/ops/truncation.js';
import { assertShape, type Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import { firstRowOfBase, type Generator, refuseOther, resolutionOf } from './generator.js';
import { toNhwc } from './layout.js';
import { Mapping } from './mapping.js';
import type { StateDict } from './state.js';

export interface StyleGan2Options {
  /** Layer outputs are held within ±clamp; networks trained with fp16 want 256. None by default. */
  readonly clamp?: number;
  /** The demodulation epsilon is multiplied by I·K²: for weights from rosinality's or genforce's programs. */
  readonly scaledEpsilon?: boolean;
}

const EPSILON = 1e-8;

/** One modulated layer: where its weights are, and the row of the code that styles it. */
interface Layer {
  readonly key: string;
  /** Of the picture it makes, in pixels. */
  readonly side: number;
  readonly row: number;
  readonly kind: 'convolution' | 'up' | 'rgb';
}

/** What the layers so far have made. */
interface Drawn {
  readonly x: Tensor;
  readonly image: Tensor | undefined;
}

export class StyleGan2 implements Generator {
  /** Side of the picture in pixels. */
  readonly resolution: number;
  /** Width of w, and of z. */
  readonly wDim: number;
  readonly zDim: number;
  /** Rows of a full W+ code. */
  readonly rows: number;
  /** Mean of w, [wDim]. */
  readonly wAverage: Float32Array;
  readonly meanCode: Float32Array;
  readonly #state: StateDict;
  readonly #options: StyleGan2Options;
  readonly #mapping: Mapping;
  /** Weights made of others, once, so that all programs share them on the GPU. */
  readonly #derived = new Map<string, Float32Array>();
  readonly #styleLayers = new Map<string, readonly StyleLayer[]>();

  /** Throws a FwplusError where weights are missing or do not fit together, or need class labels. */
  constructor(state: StateDict, options: StyleGan2Options = {}) {
    this.#state = state;
    this.#options = options;
    refuseLabels(state);
    refuseOther(state, 'StyleGAN2');
    this.resolution = resolutionOf(state.keys, state.name, 'StyleGAN2');
    this.rows = 2 * Math.log2(this.resolution) - 2;
    this.wDim = state.get('synthesis.b4.conv1.affine.weight', [null, null]).shape[1]!;
    this.wAverage = state.get('mapping.w_avg', [this.wDim]).data;
    this.meanCode = repeated(this.wAverage, this.rows);
    this.#mapping = new Mapping(state, { wDim: this.wDim, activation: LEAKY_RELU, gain: 1 });
    this.zDim = this.#mapping.zDim;
    this.#checkSynthesis();
  }

  /** Channels of a base code of a side: what the plain convolution at that resolution reads. */
  channels(resolution: number): number {
    return this.#state.get(`synthesis.b${resolution}.conv1.weight`, [null, null, 3, 3]).shape[1]!;
  }

  /** The first row of the code that a synthesis entered at a base code of side `size` reads: M of F/W+. */
  firstRow(size: number): number {
    return firstRowOfBase(size, this.resolution, 'StyleGAN2');
  }

  /**
   * The style affine weights of the layers that read rows `from` to `to`: for each of their input channels the D numbers that
   * w is multiplied with, at any scale. Of the rows that a convolution and a toRGB read, the convolution; of the last, toRGB.
   */
  affineColumns(from: number, to: number): Float32Array[] {
    return this.#layers()
      .filter(({ row, kind }) => from <= row && row <= to && (kind !== 'rgb' || row === this.rows - 1))
      .flatMap(({ key }) => {
        const { data } = this.#state.get(`synthesis.${key}.affine.weight`);
        const count = data.length / this.wDim;
        return Array.from({ length: count }, (_, at) => data.subarray(at * this.wDim, (at + 1) * this.wDim));
      });
  }

  /** z [N, zDim], standard normal, to w [N, wDim]. */
  mapping(z: Tensor): Tensor {
    return this.#mapping.run(z);
  }

  /**
   * w [N, wDim] to a full code [N, rows, wDim], truncated towards the mean w with strength `psi` (1: not at all) in the rows
   * below `cutoff` (all by default).
   */
  code(w: Tensor, psi = 1, cutoff = this.rows): Tensor {
    const { graph } = w;
    const strengths = Float32Array.from({ length: this.rows }, (_, row) => (row < cutoff ? psi : 1));
    return truncation(
      w,
      graph.constant('mean w', [this.wDim], this.wAverage),
      graph.constant('psi', [this.rows], strengths),
    );
  }

  /** code [N, rows, wDim] to a picture [N, R, R, 3], about [-1, 1]. */
  synthesis(code: Tensor): Tensor {
    assertShape('synthesis', code, [null, this.rows, this.wDim]);
    return this.#run(this.#constant(code), code, this.#layers()).image!;
  }

  /**
   * Base code f [N, s, s, C] and detail code [N, rows − M, wDim] (the rows from M = firstRow(s) on) to a picture.
   * f stands in for the output of the up-convolution at side s; the RGB skip from below is zero, as in
   * the published program.
   */
  synthesisFrom(f: Tensor, detail: Tensor): Tensor {
    const size = f.shape[1]!;
    const first = this.firstRow(size);
    assertShape('base code', f, [null, size, size, this.channels(size)]);
    assertShape('detail code', detail, [f.shape[0]!, this.rows - first, this.wDim]);
    const layers = this.#layers()
      .slice(this.#layers().findIndex(({ key }) => key === `b${size}.conv1`))
      .map((layer) => ({ ...layer, row: layer.row - first }));
    return this.#run(f, detail, layers).image!;
  }

  /** The base code [N, s, s, C] of a full code [N, rows, wDim]: what synthesis holds after the up-convolution to side `size`. */
  baseCode(code: Tensor, size: number): Tensor {
    assertShape('baseCode', code, [null, this.rows, this.wDim]);
    this.firstRow(size);
    const layers = this.#layers();
    return this.#run(
      this.#constant(code),
      code,
      layers.slice(
        0,
        layers.findIndex(({ key }) => key === `b${size}.conv1`),
      ),
    ).x;
  }

  #run(start: Tensor, code: Tensor, layers: readonly Layer[]): Drawn {
    const styleOf = styles(code, this.#stylesOf(layers));
    const styled = layers.map((layer, at) => ({ layer, style: styleOf[at]! }));
    let drawn: Drawn = { x: start, image: undefined };
    for (const side of new Set(layers.map((layer) => layer.side))) {
      const below = drawn;
      const block = styled.filter(({ layer }) => layer.side === side);
      const [x, image] = checkpoint(code.graph, () => {
        const made = this.#block(below, block);
        return made.image ? [made.x, made.image] : [made.x];
      });
      drawn = { x: x!, image };
    }
    return drawn;
  }

  /** The layers of one side. */
  #block({ x, image }: Drawn, layers: readonly { readonly layer: Layer; readonly style: Tensor }[]): Drawn {
    for (const { layer, style } of layers) {
      const out = x.graph.scoped(layer.key, () => {
        const made = this.#layer(x, style, layer);
        return layer.kind === 'rgb' && image ? upsample2(image, made) : made;
      });
      if (layer.kind === 'rgb') image = out;
      else x = out;
    }
    return { x, image };
  }

  /** The learned constant [N, 4, 4, C]. */
  #constant({ graph, shape: [batch] }: Tensor): Tensor {
    const { shape, data } = this.#state.get('synthesis.b4.const', [null, 4, 4]);
    const channels = shape[0]!;
    const values = this.#once(`const ${batch}`, () => repeated(toNhwc(data, [1, channels, 4, 4]), batch!));
    return graph.constant('const', [batch!, 4, 4, channels], values);
  }

  #layer(x: Tensor, style: Tensor, { key, kind }: Layer): Tensor {
    const { graph } = x;
    const prefix = `synthesis.${key}`;
    const limit = this.#options.clamp ?? UNLIMITED;
    const weight = this.#state.constant(graph, `${prefix}.weight`);
    const bias = this.#state.constant(graph, `${prefix}.bias`);
    if (kind === 'rgb') {
      const activation: Activation = { ...LINEAR, limit };
      return modulatedConvolution(x, style, { weight, bias, activation });
    }
    const [, inChannels, size] = weight.shape as [number, number, number];
    return modulatedConvolution(x, style, {
      weight,
      bias,
      demodulate: EPSILON * (this.#options.scaledEpsilon ? inChannels * size * size : 1),
      up: kind === 'up',
      noise: {
        map: this.#state.constant(graph, `${prefix}.noise_const`),
        strength: this.#state.scalar(`${prefix}.noise_strength`),
      },
      activation: { ...LEAKY_RELU, limit },
    });
  }

  #once(key: string, make: () => Float32Array): Float32Array {
    const known = this.#derived.get(key);
    if (known) return known;
    const made = make();
    this.#derived.set(key, made);
    return made;
  }

  /** The same list for the same layers, so that `styles` stacks them once. */
  #stylesOf(layers: readonly Layer[]): readonly StyleLayer[] {
    const key = layers.map((layer) => `${layer.key} ${layer.row}`).join();
    const known = this.#styleLayers.get(key);
    if (known) return known;
    const made = layers.map((layer) => this.#styleLayer(layer));
    this.#styleLayers.set(key, made);
    return made;
  }

  /** The affine map of a layer with its gains folded in: 1/√width, and 1/√I for toRGB. */
  #styleLayer({ key, row, kind }: Layer): StyleLayer {
    const weight = this.#state.get(`synthesis.${key}.affine.weight`);
    const bias = this.#state.get(`synthesis.${key}.affine.bias`);
    const gain = kind === 'rgb' ? 1 / Math.sqrt(bias.data.length) : 1;
    return { row, weight: scaled(weight.data, gain / Math.sqrt(this.wDim)), bias: scaled(bias.data, gain) };
  }

  /** All layers in order; block b reads rows 2b − 1, 2b and 2b + 1, the last shared with the next block. */
  #layers(): Layer[] {
    const layers: Layer[] = [];
    for (let side = 4, block = 0; side <= this.resolution; side *= 2, block++) {
      if (block > 0) layers.push({ key: `b${side}.conv0`, side, row: 2 * block - 1, kind: 'up' });
      layers.push({ key: `b${side}.conv1`, side, row: 2 * block, kind: 'convolution' });
      layers.push({ key: `b${side}.torgb`, side, row: 2 * block + 1, kind: 'rgb' });
    }
    return layers;
  }

  /** Each layer must take as many channels as the one below it makes. */
  #checkSynthesis(): void {
    let channels = this.channels(4);
    this.#state.get('synthesis.b4.const', [channels, 4, 4]);
    for (const layer of this.#layers()) {
      const out = this.#check(layer, channels);
      if (layer.kind !== 'rgb') channels = out;
    }
  }

  /** Returns the channels that the layer makes. */
  #check({ key, side, kind }: Layer, inChannels: number): number {
    const prefix = `synthesis.${key}`;
    const weight = kind === 'rgb' ? [3, inChannels, 1, 1] : [null, inChannels, 3, 3];
    const outChannels = this.#state.get(`${prefix}.weight`, weight).shape[0]!;
    this.#state.get(`${prefix}.bias`, [outChannels]);
    this.#state.get(`${prefix}.affine.weight`, [inChannels, this.wDim]);
    this.#state.get(`${prefix}.affine.bias`, [inChannels]);
    if (kind === 'rgb') return outChannels;
    this.#state.get(`${prefix}.noise_const`, [side, side]);
    this.#state.scalar(`${prefix}.noise_strength`);
    return outChannels;
  }
}

function refuseLabels(state: StateDict): void {
  const label = state.keys.find((key) => key.startsWith('mapping.embed.'));
  if (label === undefined) return;
  throw new FwplusError(
    `${state.name} is a conditional StyleGAN2 (it has the weight '${label}'), whose mapping wants class labels.`,
    { hint: 'Use a generator that was trained without labels; conditional ones are not supported.' },
  );
}

function scaled(data: Float32Array, factor: number): Float32Array {
  return data.map((value) => value * factor);
}

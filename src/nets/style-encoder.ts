/**
 * The encoders of pSp (Richardson et al. 2021) and e4e (Tov et al. 2021): from a picture to a W+ code. IR-SE-50, a feature
 * pyramid of three levels, and for each row of the code a small network that takes one level down to a single pixel. Any
 * width; side and rows follow from the weights. Keys are those of the published checkpoints, without `encoder.`.
 */
import { repeated } from '../autograd/arrays.js';
import { type Activation, UNLIMITED } from '../autograd/ops/activation.js';
import { convolution } from '../autograd/ops/convolution.js';
import { add } from '../autograd/ops/elementwise.js';
import { fullyConnected } from '../autograd/ops/fully-connected.js';
import { bilinear } from '../autograd/ops/resample.js';
import { stack } from '../autograd/ops/stack.js';
import { assertShape, type Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import { checkIrSe50, irSe50Features } from './ir-se50.js';
import type { StateDict } from './state.js';

/** As `opts.encoder_type` of a checkpoint says: pSp makes each row on its own, e4e the first row and what the others differ by. */
export type StyleEncoderType = 'GradualStyleEncoder' | 'Encoder4Editing';

export interface StyleEncoderOptions {
  readonly type: StyleEncoderType;
  /** Add `latent_avg` to the code, as `opts.start_from_latent_avg` of a checkpoint says. True by default. */
  readonly startFromLatentAverage?: boolean;
}

const ACTIVATION: Activation = { slope: 0.01, gain: 1, limit: UNLIMITED };
/** The first rows that read the middle and the fine level of the pyramid. */
const MIDDLE_ROW = 3;
const FINE_ROW = 7;
/** The picture's side over that of the coarse level. */
const REDUCTION = 16;

export class StyleEncoder {
  /** Side of the picture in pixels. */
  readonly side: number;
  /** Rows of the code (`n_styles`), and their width. */
  readonly rows: number;
  readonly wDim: number;
  readonly type: StyleEncoderType;
  readonly #state: StateDict;
  /** Fully connected weights times 1/√I, once, so that all programs share them on the GPU. */
  readonly #linear: readonly Float32Array[];
  /** [rows, wDim] */
  readonly #average: Float32Array | undefined;

  /** Throws a FwplusError where weights are missing or do not fit together. */
  constructor(state: StateDict, { type, startFromLatentAverage = true }: StyleEncoderOptions) {
    this.#state = state;
    this.type = type;
    const channels = this.#checkPyramid();
    this.rows = rowsOf(state);
    const depth = Math.max(
      ...Array.from({ length: this.rows }, (_, row) => convolutionsOf(state, row) - levelOf(row)),
    );
    this.side = REDUCTION * 2 ** depth;
    this.wDim = state.get('styles.0.linear.weight', [null, null]).shape[0]!;
    this.#linear = Array.from({ length: this.rows }, (_, row) =>
      this.#checkStyle(row, channels, depth + levelOf(row)),
    );
    this.#average = startFromLatentAverage ? this.#checkAverage() : undefined;
  }

  /** Picture [N, side, side, 3] in [-1, 1] to W+ code [N, rows, wDim]; batch norm in inference. Gradient flows to the picture. */
  encode(picture: Tensor): Tensor {
    assertShape('encoder', picture, [null, this.side, this.side, 3]);
    const { graph } = picture;
    return graph.scoped('encoder', () => {
      const levels = this.#pyramid(picture);
      const styles = this.#linear.map((_, row) =>
        graph.scoped(`styles.${row}`, () => this.#style(levels[levelOf(row)]!, row)),
      );
      const [first] = styles as [Tensor, ...Tensor[]];
      const rows =
        this.type === 'Encoder4Editing'
          ? styles.map((style, row) => (row === 0 ? style : add(first, style)))
          : styles;
      const code = stack(rows);
      if (!this.#average) return code;
      const batch = picture.shape[0]!;
      return add(code, graph.constant('latent_avg', code.shape, repeated(this.#average, batch)));
    });
  }

  /** Coarse, middle, fine: each finer level is what lies above, stretched, and a projection of the backbone's own map. */
  #pyramid(picture: Tensor): Tensor[] {
    const [fine, middle, coarse] = irSe50Features(picture, this.#state) as [Tensor, Tensor, Tensor];
    const joined = (above: Tensor, own: Tensor, key: string) =>
      add(
        bilinear(above, own.shape[1]!, own.shape[2]!),
        convolution(own, this.#state.constant(own.graph, `${key}.weight`), {
          bias: this.#state.constant(own.graph, `${key}.bias`),
        }),
      );
    const p2 = joined(coarse, middle, 'latlayer1');
    return [coarse, p2, joined(p2, fine, 'latlayer2')];
  }

  /** Convolutions of stride 2 down to one pixel, then a linear layer: [N, 1, 1, wDim]. */
  #style(level: Tensor, row: number): Tensor {
    const { graph } = level;
    let x = level;
    for (let at = 0; x.shape[1] !== 1; at++) {
      const key = `styles.${row}.convs.${2 * at}`;
      x = convolution(x, this.#state.constant(graph, `${key}.weight`), {
        stride: 2,
        padding: 1,
        bias: this.#state.constant(graph, `${key}.bias`),
        activation: ACTIVATION,
      });
    }
    const key = `styles.${row}.linear`;
    const { shape } = this.#state.get(`${key}.weight`);
    return fullyConnected(x, graph.constant(`${key}.weight`, shape, this.#linear[row]!), {
      bias: this.#state.constant(graph, `${key}.bias`),
    });
  }

  /** Returns the channels of every level. */
  #checkPyramid(): number {
    const [fine, middle, coarse] = checkIrSe50(this.#state) as [number, number, number];
    for (const [key, channels] of [
      ['latlayer1', middle],
      ['latlayer2', fine],
    ] as const) {
      this.#state.get(`${key}.weight`, [coarse, channels, 1, 1]);
      this.#state.get(`${key}.bias`, [coarse]);
    }
    return coarse;
  }

  /** Returns the scaled weight of the linear layer. */
  #checkStyle(row: number, levelChannels: number, depth: number): Float32Array {
    const state = this.#state;
    let channels = levelChannels;
    for (let at = 0; at < depth; at++) {
      const key = `styles.${row}.convs.${2 * at}`;
      channels = state.get(`${key}.weight`, [null, channels, 3, 3]).shape[0]!;
      state.get(`${key}.bias`, [channels]);
    }
    state.get(`styles.${row}.linear.bias`, [this.wDim]);
    const { data } = state.get(`styles.${row}.linear.weight`, [this.wDim, channels]);
    const gain = 1 / Math.sqrt(channels);
    return data.map((value) => gain * value);
  }

  /** One row for each, or one for all. */
  #checkAverage(): Float32Array {
    const { shape, data } = this.#state.get('latent_avg');
    if (data.length === this.wDim) return repeated(data, this.rows);
    const wanted = [this.rows, this.wDim];
    if (shape.join() === wanted.join()) return data;
    throw new FwplusError(
      `${this.#state.name}: 'latent_avg' is [${shape.join(', ')}], wanted [${wanted.join(', ')}] or [${this.wDim}].`,
    );
  }
}

/** Which level of the pyramid a row reads: 0 coarse, 1 middle, 2 fine. */
function levelOf(row: number): 0 | 1 | 2 {
  if (row < MIDDLE_ROW) return 0;
  return row < FINE_ROW ? 1 : 2;
}

/** Throws where a row up to the last that a key names has no linear layer. */
function rowsOf(state: StateDict): number {
  const rows = Math.max(1, countOf(state, /^styles\.(\d+)\./));
  for (let row = 0; row < rows; row++) state.get(`styles.${row}.linear.weight`, [null, null]);
  return rows;
}

/** They have the even numbers; activations are between them. */
function convolutionsOf(state: StateDict, row: number): number {
  return Math.ceil(countOf(state, new RegExp(`^styles\\.${row}\\.convs\\.(\\d+)\\.`)) / 2);
}

/** One more than the largest number that `pattern` finds in a key, 0 where it finds none. */
function countOf(state: StateDict, pattern: RegExp): number {
  return Math.max(0, ...state.keys.map((key) => 1 + Number(pattern.exec(key)?.[1] ?? -1)));
}

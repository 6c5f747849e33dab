/**
 * The encoder of in-domain inversion (Zhu et al. 2020): from a picture to a W+ code. A convolution, residual blocks that each
 * halve the side down to 4, and a fully connected layer that makes all rows at once; batch norm everywhere. Any width; the
 * side follows from the number of blocks. Keys are those of the published PyTorch program.
 */
import { type Activation, LINEAR, UNLIMITED } from '../autograd/ops/activation.js';
import { add } from '../autograd/ops/elementwise.js';
import { averagePool } from '../autograd/ops/pooling.js';
import { stack } from '../autograd/ops/stack.js';
import { assertShape, type Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import {
  type ChannelMap,
  checkBatchNorm,
  foldBatchNorm,
  mappedConvolution,
  normalisedConvolution,
} from './normalised-convolution.js';
import type { StateDict } from './state.js';

const ACTIVATION: Activation = { slope: 0.2, gain: 1, limit: UNLIMITED };
/** Side of the feature map that the last block flattens. */
const LAST_SIDE = 4;

/** What makes one row of the code. */
interface Row {
  /** [W, C, 4, 4] */
  readonly weight: Float32Array;
  readonly map: ChannelMap;
}

export class IdInvertEncoder {
  /** Side of the picture in pixels. */
  readonly side: number;
  /** Rows of the code, and their width. */
  readonly rows: number;
  readonly wDim: number;
  readonly #state: StateDict;
  /** Number of the last block. */
  readonly #last: number;
  readonly #channels: number;
  readonly #codeRows: readonly Row[];

  /** Throws a FwplusError where weights are missing or do not fit together. */
  constructor(state: StateDict) {
    this.#state = state;
    this.#last = lastBlock(state);
    this.side = LAST_SIDE * 2 ** (this.#last - 1);
    this.rows = 2 * this.#last;
    this.#channels = this.#checkBlocks();
    const features = this.#channels * LAST_SIDE ** 2;
    const key = `block${this.#last}`;
    const outputs = state.get(`${key}.fc.weight`, [null, features]).shape[0]!;
    checkBatchNorm(state, `${key}.bn.bn`, outputs);
    if (outputs % this.rows !== 0) {
      throw new FwplusError(
        `${state.name}: '${key}.fc.weight' makes ${outputs} numbers, which are no ${this.rows} rows.`,
      );
    }
    this.wDim = outputs / this.rows;
    this.#codeRows = this.#rowsOf(`${key}.fc.weight`, `${key}.bn.bn`, features);
  }

  /** Picture [N, side, side, 3] in [-1, 1] to W+ code [N, rows, wDim]; batch norm in inference. Gradient flows to the picture. */
  encode(picture: Tensor): Tensor {
    assertShape('encoder', picture, [null, this.side, this.side, 3]);
    return picture.graph.scoped('encoder', () => {
      let x = normalisedConvolution(picture, this.#state, {
        weight: 'block0.conv.weight',
        norm: 'block0.bn.bn',
        padding: 1,
        activation: ACTIVATION,
      });
      for (let block = 1; block < this.#last; block++) x = this.#residual(averagePool(x, 2), `block${block}`);
      return this.#code(x);
    });
  }

  /** Two convolutions beside a shortcut, which is one of 1x1 where the channels change. */
  #residual(x: Tensor, key: string): Tensor {
    const shortcut = this.#state.has(`${key}.conv.weight`)
      ? normalisedConvolution(x, this.#state, {
          weight: `${key}.conv.weight`,
          norm: `${key}.bn.bn`,
          activation: ACTIVATION,
        })
      : x;
    let h = x;
    for (const at of [1, 2]) {
      h = normalisedConvolution(h, this.#state, {
        weight: `${key}.conv${at}.weight`,
        bias: `${key}.wscale${at}.bias`,
        norm: `${key}.bn${at}.bn`,
        padding: 1,
        activation: ACTIVATION,
      });
    }
    return add(h, shortcut);
  }

  /**
   * The fully connected layer as one convolution over all of the map for each row: flattening [C, 4, 4] is the order of a
   * kernel's weights, and at full size the rows together pass what one binding may hold.
   */
  #code(x: Tensor): Tensor {
    const shape = [this.wDim, this.#channels, LAST_SIDE, LAST_SIDE];
    const rows = this.#codeRows.map(({ weight, map }, row) =>
      mappedConvolution(x, x.graph.constant(`row ${row}`, shape, weight), map, { activation: LINEAR }),
    );
    return stack(rows);
  }

  #rowsOf(weightKey: string, normKey: string, features: number): Row[] {
    const { data } = this.#state.get(weightKey);
    const { scale, shift } = foldBatchNorm(this.#state, normKey);
    const equaliser = 1 / Math.sqrt(features);
    return Array.from({ length: this.rows }, (_, row) => {
      const [from, to] = [row * this.wDim, (row + 1) * this.wDim];
      return {
        weight: data.subarray(from * features, to * features),
        map: {
          scale: scale.slice(from, to).map((value) => value * equaliser),
          shift: shift.slice(from, to),
        },
      };
    });
  }

  /** Returns the channels of the map that the last block flattens. */
  #checkBlocks(): number {
    const state = this.#state;
    let channels = state.get('block0.conv.weight', [null, 3, 3, 3]).shape[0]!;
    checkBatchNorm(state, 'block0.bn.bn', channels);
    for (let block = 1; block < this.#last; block++) {
      const key = `block${block}`;
      const hidden = state.get(`${key}.conv1.weight`, [null, channels, 3, 3]).shape[0]!;
      const out = state.get(`${key}.conv2.weight`, [null, hidden, 3, 3]).shape[0]!;
      [hidden, out].forEach((count, at) => {
        state.get(`${key}.wscale${at + 1}.bias`, [count]);
        checkBatchNorm(state, `${key}.bn${at + 1}.bn`, count);
      });
      if (out !== channels || state.has(`${key}.conv.weight`)) {
        state.get(`${key}.conv.weight`, [out, channels, 1, 1]);
        checkBatchNorm(state, `${key}.bn.bn`, out);
      }
      channels = out;
    }
    return channels;
  }
}

function lastBlock(state: StateDict): number {
  const blocks = state.keys.map((key) => Number(/^block(\d+)\./.exec(key)?.[1] ?? 0));
  const last = Math.max(0, ...blocks);
  if (last < 2) {
    throw new FwplusError(`${state.name}: the blocks of IDinvert's encoder are missing.`, {
      hint: `Wanted are weights named 'block0.conv.weight' to 'block7.fc.weight'.`,
    });
  }
  return last;
}

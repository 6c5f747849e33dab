/** What an inversion asks of a generator, whichever StyleGAN it is. Pictures [N, R, R, 3], about [-1, 1]. */
import type { Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';
import type { StateDict } from './state.js';

export interface Generator {
  /** Side of the picture in pixels. */
  readonly resolution: number;
  /** Width of one row of the code, and of z. */
  readonly wDim: number;
  readonly zDim: number;
  /** Rows of a full W+ code. */
  readonly rows: number;
  /** Mean of w in every row, [rows, wDim]: where codes start. */
  readonly meanCode: Float32Array;

  /** Channels of a base code of a side. */
  channels(size: number): number;

  /**
   * The first row of the code that a synthesis entered at a base code of side `size` reads: M of F/W+.
   * @throws FwplusError where there is no such base code.
   */
  firstRow(size: number): number;

  /**
   * The style affine weights of the layers that read rows `from` to `to`: for each of their style channels the wDim numbers
   * that w is multiplied with, at any scale.
   */
  affineColumns(from: number, to: number): Float32Array[];

  /** z [N, zDim], standard normal, to w: [N, wDim], or [N, rows·wDim] where every row has a w of its own. */
  mapping(z: Tensor): Tensor;

  /**
   * What `mapping` gives to a full code [N, rows, wDim], truncated towards the mean w with strength `psi` (1: not at all) in the
   * rows below `cutoff` (all by default).
   */
  code(w: Tensor, psi?: number, cutoff?: number): Tensor;

  /** code [N, rows, wDim] to a picture. Gradient flows to the code. */
  synthesis(code: Tensor): Tensor;

  /**
   * Base code f [N, s, s, C] and detail code [N, rows − M, wDim] (the rows from M = firstRow(s) on) to a picture.
   * Gradients flow to both.
   */
  synthesisFrom(f: Tensor, detail: Tensor): Tensor;

  /** The base code [N, s, s, C] of a full code: `synthesisFrom` it and the code's last rows draws what `synthesis` draws, or nearly. */
  baseCode(code: Tensor, size: number): Tensor;
}

/** M of F/W+: each side from 4 up takes two rows, and the second layer of side s/2 is the last that f stands in for. */
export function firstRowOfBase(size: number, resolution: number, network: string): number {
  if (!Number.isInteger(Math.log2(size)) || size < 8 || size > resolution) {
    throw new FwplusError(`A base code of side ${size} does not exist in a ${resolution}-pixel ${network}.`, {
      hint: `Use a power of two from 8 to ${resolution}; the paper uses 8 and 16.`,
    });
  }
  return 2 * (Math.log2(size) - 2);
}

/** A weight that only this generator has. */
const MARKS = { StyleGAN1: 'synthesis.torgb.weight', StyleGAN2: 'synthesis.b4.torgb.weight' } as const;

/** Throws where the weights are of the other StyleGAN: most of their names are alike. */
export function refuseOther(state: StateDict, wanted: keyof typeof MARKS): void {
  const other = wanted === 'StyleGAN1' ? 'StyleGAN2' : 'StyleGAN1';
  if (state.has(MARKS[wanted]) || !state.has(MARKS[other])) return;
  throw new FwplusError(
    `${state.name} holds no ${wanted} but a ${other} (it has the weight '${MARKS[other]}').`,
    { hint: `Say "architecture": "${other.toLowerCase()}" in the model's manifest.json.` },
  );
}

/** The largest block of a synthesis network; throws unless blocks go from 4 up to it in powers of two. */
export function resolutionOf(keys: readonly string[], name: string, network: string): number {
  const blocks = keys.map((key) => /^synthesis\.b(\d+)\./.exec(key)?.[1]);
  const sides = [...new Set(blocks.filter((side) => side !== undefined).map(Number))].sort((a, b) => a - b);
  const largest = sides.at(-1) ?? 0;
  if (largest < 8) {
    throw new FwplusError(`${name} holds no ${network} synthesis network (no weight 'synthesis.b8.…').`);
  }
  const wrong = sides.find((side, at) => side !== 4 * 2 ** at);
  if (wrong !== undefined) {
    throw new FwplusError(
      `${name}: its synthesis blocks have the sides ${sides.join(', ')}, wanted 4, 8, 16, … without a gap.`,
      { hint: 'The file was cut, or is of another network.' },
    );
  }
  return largest;
}

/**
 * Edits of codes, as new codes. In F/W+ they touch the detail code alone: the base code f holds where things are, and stays
 * (Kang et al. 2021, section 4.5). Rows that f stands for cannot be edited.
 */
import { FwplusError } from '../../errors.js';
import type { Codes } from '../codes.js';
import type { Method } from '../method.js';
import type { Model } from '../model.js';
import type { SavedCodes } from '../saved.js';
import type { Direction } from './direction.js';
import { availableRows, firstRowOf, type RowRange, requireRows } from './rows.js';

export interface Move {
  readonly direction: Direction;
  /** In the direction's own units; negative: the other way. */
  readonly amount: number;
  /** Instead of the direction's own rows. */
  readonly rows?: RowRange;
}

/**
 * w_r + Σ amount · direction, for the rows r of each move; of directions with a centre, amounts are places.
 * @param method of the codes.
 * @throws FwplusError where rows do not exist or f stands for them, and where a direction is for another code.
 */
export function applyDirections(codes: Codes, model: Model, method: Method, moves: readonly Move[]): Codes {
  const detail = codes.detail.slice();
  const width = model.generator.wDim;
  for (const { direction, amount, rows } of moves) {
    requireFitting(direction, model);
    const range = rows
      ? requireRows(rows, model, method)
      : availableRows(direction.rows, model, method, `The direction '${direction.name}'`);
    eachRow(range, model, method, (at, row) => {
      const vector = vectorOf(direction, row);
      const steps = amount - placeOf(codes.detail.subarray(at, at + width), vector, direction.centre);
      for (let i = 0; i < width; i++) detail[at + i]! += steps * vector[i]!;
    });
  }
  return { base: codes.base, detail };
}

/**
 * Style mixing: `codes` with some rows of another inversion's detail code, all that both hold by default. f is that of `codes`.
 * @throws FwplusError where rows do not exist, or f stands for them in one of the two.
 */
export function mixStyles(
  { codes, method }: SavedCodes,
  other: SavedCodes,
  model: Model,
  rows?: RowRange,
): Codes {
  const first = Math.max(firstRowOf(model, method), firstRowOf(model, other.method));
  const range = rows ?? { from: first, to: model.generator.rows - 1 };
  for (const each of [method, other.method]) requireRows(range, model, each);
  const detail = codes.detail.slice();
  const width = model.generator.wDim;
  const shift = (firstRowOf(model, method) - firstRowOf(model, other.method)) * width;
  eachRow(range, model, method, (at) => {
    detail.set(other.codes.detail.subarray(at + shift, at + shift + width), at);
  });
  return { base: codes.base, detail };
}

/**
 * (1 − t)·a + t·b, of f and of w alike; t outside [0, 1] extrapolates.
 * @throws FwplusError where the two are of different spaces or base codes.
 */
export function interpolate(a: Codes, b: Codes, t: number): Codes {
  if (a.base?.length !== b.base?.length || a.detail.length !== b.detail.length) {
    throw new FwplusError('These codes are of different latent spaces; there is nothing between them.', {
      hint: 'Invert both pictures into the same space, with the same base code.',
    });
  }
  const between = (x: Float32Array, y: Float32Array) => x.map((value, at) => (1 - t) * value + t * y[at]!);
  return { base: a.base && b.base && between(a.base, b.base), detail: between(a.detail, b.detail) };
}

function requireFitting({ name, vector }: Direction, { generator: { rows, wDim } }: Model): void {
  const vectors = vector instanceof Float32Array ? [vector] : vector;
  const hint = 'It belongs to another generator.';
  const other = vectors.find(({ length }) => length !== wDim);
  if (other) {
    const found = `has ${other.length} numbers, the code of this generator ${wDim} a row`;
    throw new FwplusError(`The direction '${name}' ${found}.`, { hint });
  }
  if (vectors === vector && vectors.length !== rows) {
    const found = `has vectors for ${vectors.length} rows, the code of this generator has ${rows}`;
    throw new FwplusError(`The direction '${name}' ${found}.`, { hint });
  }
}

function vectorOf({ vector }: Direction, row: number): Float32Array {
  return vector instanceof Float32Array ? vector : vector[row]!;
}

/** Where w is along the vector, from the mean on; 0 where the direction has no centre. */
function placeOf(w: Float32Array, vector: Float32Array, centre: number | undefined): number {
  if (centre === undefined) return 0;
  let [product, square] = [0, 0];
  vector.forEach((value, i) => {
    product += w[i]! * value;
    square += value * value;
  });
  return square === 0 ? 0 : product / square - centre;
}

/** Calls `body` with the place in the detail code where each row begins, and the row. */
function eachRow(
  { from, to }: RowRange,
  model: Model,
  method: Method,
  body: (at: number, row: number) => void,
): void {
  const first = firstRowOf(model, method);
  for (let row = from; row <= to; row++) body((row - first) * model.generator.wDim, row);
}

import { FwplusError } from '../../errors.js';
import { decodeValues, swapBytes } from '../decode-values.js';
import { type Dtype, type DtypeArrays, dtypeBytes, elements } from '../dtype.js';
import type { Storage } from './storage.js';

/** The most values that a tensor may have beyond those of its storage (a row that is repeated). */
const MOST_REPEATED = 2 ** 24;
/** More than numpy and torch have. */
export const MOST_DIMENSIONS = 64;
/** The most bytes that one call of `read` holds. */
const MOST_READ = 2 ** 30;
/** The most values that one call of `read` collects from here and there. */
const MOST_GATHERED = 2 ** 25;

/** What a tensor is a view of, and how: strides and offset in values, as torch has them. */
export interface ViewLayout {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * A tensor of torch or an array of numpy that stays in its file until it is read. Its values are numbered in row-major
 * order, whatever its strides are.
 */
export class TensorView {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** The place of its first value in the storage, in values. */
  readonly offset: number;
  readonly elements: number;
  /** Whether the file has its values side by side in row-major order. */
  readonly isContiguous: boolean;

  /** Throws a sentence's rest by `fail` where the view leaves its storage or its numbers are absurd. */
  constructor(
    readonly storage: Storage,
    layout: ViewLayout,
    fail: (found: string) => FwplusError,
  ) {
    const { dtype, shape, strides, offset } = layout;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    if (shape.length > MOST_DIMENSIONS) throw fail(`a tensor of ${shape.length} dimensions.`);
    const told = `a tensor ${dtype} [${shape}] with strides [${strides}] at ${offset}`;
    if (
      shape.length !== strides.length ||
      ![...shape, ...strides, offset].every((number) => Number.isSafeInteger(number) && number >= 0)
    ) {
      throw fail(`${told} has no valid shape, strides or offset.`);
    }
    this.elements = shape.includes(0) ? 0 : elements(shape);
    const last = shape.reduce((sum, size, at) => sum + (size - 1) * strides[at]!, offset);
    const room = Math.floor(storage.byteLength / dtypeBytes[dtype]);
    if (this.elements === 0 ? offset > room : last >= room) {
      throw fail(`${told} leaves its storage ${storage.key}, which has ${room} values.`);
    }
    if (this.elements > room + MOST_REPEATED) {
      throw fail(`${told} repeats the ${room} values of storage ${storage.key} ${this.elements} times.`);
    }
    this.isContiguous = isRowMajor(shape, strides);
  }

  /**
   * The values from number `begin` to before `end`; F16 and BF16 as float32, bool as 0 and 1. They may view memory that
   * others read: do not write to them.
   */
  async read(begin = 0, end = this.elements): Promise<DtypeArrays[Dtype]> {
    if (!(begin >= 0 && begin <= end && end <= this.elements)) {
      throw new RangeError(`values ${begin} to ${end} of ${this.elements}`);
    }
    if (this.isContiguous || begin === end) return this.values(this.offset + begin, end - begin);
    if (end - begin > MOST_GATHERED) {
      throw new FwplusError(
        `Reading storage ${this.storage.key}: ${end - begin} values that are not side by side, at most ${MOST_GATHERED} are gathered.`,
        { hint: 'Save the tensor again with .contiguous().' },
      );
    }
    const places = this.places(begin, end);
    let [least, most] = [places[0]!, places[0]!];
    for (const place of places) {
      if (place < least) least = place;
      else if (place > most) most = place;
    }
    const span = await this.values(least, most - least + 1);
    const out = new (span.constructor as Float32ArrayConstructor)(places.length);
    for (let i = 0; i < out.length; i++) out[i] = span[places[i]! - least] as number;
    return out as DtypeArrays[Dtype];
  }

  /** The same as float32, rounded where the dtype is wider. */
  async readFloats(begin?: number, end?: number): Promise<Float32Array> {
    const values = await this.read(begin, end);
    return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>, Number);
  }

  /** The same as float64: exact but for 64-bit integers beyond 2^53. */
  async readNumbers(begin?: number, end?: number): Promise<Float64Array> {
    const values = await this.read(begin, end);
    return values instanceof Float64Array ? values : Float64Array.from(values as ArrayLike<number>, Number);
  }

  /** All values in pieces of `size`, for tensors too large to be held. */
  async *chunks(size = 2 ** 22): AsyncGenerator<DtypeArrays[Dtype]> {
    for (let begin = 0; begin < this.elements; begin += size) {
      yield await this.read(begin, Math.min(begin + size, this.elements));
    }
  }

  /** `count` values of the storage from place `first`. */
  private async values(first: number, count: number): Promise<DtypeArrays[Dtype]> {
    const size = dtypeBytes[this.dtype];
    if (count * size > MOST_READ) {
      throw new FwplusError(
        `Reading storage ${this.storage.key}: ${count * size} bytes at once, at most ${MOST_READ} are read.`,
        { hint: 'The file holds a tensor far larger than a network has.' },
      );
    }
    const raw = await this.storage.read(first * size, count * size);
    return decodeValues(this.dtype, this.storage.bigEndian ? swapBytes(raw, size) : raw);
  }

  /** Where in the storage the values from number `begin` to before `end` are. */
  private places(begin: number, end: number): Float64Array {
    const { shape, strides } = this;
    const index = shape.map(() => 0);
    let rest = begin;
    for (let at = shape.length - 1; at >= 0; at--) {
      index[at] = rest % shape[at]!;
      rest = Math.floor(rest / shape[at]!);
    }
    let place = index.reduce((sum, i, at) => sum + i * strides[at]!, this.offset);
    const out = new Float64Array(end - begin);
    for (let i = 0; i < out.length; i++) {
      out[i] = place;
      for (let at = shape.length - 1; at >= 0; at--) {
        place += strides[at]!;
        if (++index[at]! < shape[at]!) break;
        place -= shape[at]! * strides[at]!;
        index[at] = 0;
      }
    }
    return out;
  }
}

/** The strides of values side by side: row-major, or with the first dimension innermost (Fortran's order). */
export function sideBySide(shape: readonly number[], fortran = false): number[] {
  const strides = shape.map(() => 1);
  let step = 1;
  for (let i = 0; i < shape.length; i++) {
    const at = fortran ? i : shape.length - 1 - i;
    strides[at] = step;
    step *= Math.max(shape[at]!, 1);
  }
  return strides;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const wanted = sideBySide(shape);
  return shape.every((size, at) => size === 1 || strides[at] === wanted[at]) || shape.includes(0);
}

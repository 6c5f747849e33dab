import { type ByteSource, readRange } from '../source.js';
import type { Storage } from '../storage.js';
import type { TensorView } from '../tensor-view.js';

/**
 * What a pickle holds, as plain values. None becomes null; lists, tuples and sets become arrays (sets in the order of the
 * file); an int is a number where that is exact and a bigint elsewhere; numpy arrays of numbers are TensorViews, those of
 * objects arrays of their values in row-major order, without dimensions the one value itself. Values may be shared, but
 * none holds itself, none is deeper than `LIMITS.depth`, and a walk along all paths takes at most `LIMITS.expanded` steps.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | BytesInFile
  | PickleValue[]
  | PickledDict
  | PickledGlobal
  | PickledObject
  | Storage
  | TensorView;

/** A dict or OrderedDict, in the order of the file. Tuples as keys are found by identity only. */
export class PickledDict extends Map<PickleValue, PickleValue> {
  /** The attributes of an OrderedDict, such as a state dictionary's `_metadata`. */
  attributes: PickleValue | undefined;
}

/** A class or function that the file names. It is never looked up, only written down: torch.float32 for example. */
export class PickledGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object of a class that fwplus does not know, as the file records it. Nothing of that class exists here. */
export class PickledObject {
  /** What its `__setstate__` would get, or its attributes. */
  state: PickleValue | undefined;
  /** What the file appends to it where its class is a list. */
  readonly items: PickleValue[] = [];
  /** What the file sets in it where its class is a dict. */
  readonly entries = new PickledDict();

  constructor(
    readonly module: string,
    /** The class. For `torch_utils.persistence` objects it is the one that their meta data name. */
    readonly name: string,
    /** What its constructor would get. */
    readonly args: readonly PickleValue[],
  ) {}

  /** An attribute of the state; undefined where there is none of that name. */
  attribute(name: string): PickleValue | undefined {
    return this.state instanceof PickledDict ? this.state.get(name) : undefined;
  }

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** A long byte string, which stays in the file until it is read. */
export class BytesInFile {
  constructor(readonly source: ByteSource) {}

  get length(): number {
    return this.source.size;
  }

  read(): Promise<Uint8Array> {
    return readRange(this.source, 0, this.source.size, 'a byte string');
  }
}

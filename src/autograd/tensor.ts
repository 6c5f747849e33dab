/** A tensor: a shape, a name, and a place in memory. Images are NHWC, codes [N, rows, width], all float32. */
import type { Storage } from '../engine/storage.js';
import type { Graph } from './graph.js';

export type Shape = readonly number[];

/** How a tensor comes to hold its values. */
export type Content =
  /** Made by an operation in every run. */
  | { readonly kind: 'value' }
  /** Written by the host or by an effect; keeps its values between runs; zero at first. */
  | { readonly kind: 'variable' }
  /** Frozen. */
  | { readonly kind: 'constant'; readonly data: Float32Array }
  /** Elements of another tensor, from `offset` on. */
  | { readonly kind: 'view'; readonly of: Tensor; readonly offset: number };

export class Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
  readonly content: Content;
  #storage: Storage | undefined;
  #kept = false;

  constructor(graph: Graph, name: string, shape: Shape, content: Content) {
    if (!shape.every((side) => Number.isInteger(side) && side > 0)) {
      throw new Error(`tensor '${name}': [${shape}] is not a shape`);
    }
    this.graph = graph;
    this.name = name;
    this.shape = shape;
    this.content = content;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Keep the values of this tensor after a run, so that the host can read them. Not of a part of another, nor of a constant. */
  keep(): this {
    const { kind } = this.content;
    if (kind === 'view' || kind === 'constant') {
      const what = kind === 'view' ? 'a part of another tensor' : 'a constant';
      throw new Error(
        `tensor '${this.name}' is ${what}, which is not read back; scale(x, 1) makes one that is`,
      );
    }
    if (this.#storage?.kind === 'temporary')
      throw new Error(`tensor '${this.name}' is already lowered; keep() comes before compile()`);
    this.#kept = true;
    return this;
  }

  get storage(): Storage {
    this.#storage ??= this.#place();
    return this.#storage;
  }

  #place(): Storage {
    const { content } = this;
    const base = { label: this.name, bytes: 4 * this.size };
    switch (content.kind) {
      case 'view':
        return { ...base, kind: 'view', of: content.of.storage, offset: 4 * content.offset };
      case 'constant':
        return { ...base, kind: 'constant', data: content.data, packing: PLAIN };
      case 'variable':
        return { ...base, kind: 'persistent' };
      case 'value':
        return { ...base, kind: this.#kept ? 'persistent' : 'temporary' };
    }
  }
}

const PLAIN = { key: 'plain', pack: (data: Float32Array) => data };

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Throws unless `tensor` has the wanted shape; `null` matches any side. The caller's words come first in the message. */
export function assertShape(what: string, tensor: Tensor, wanted: readonly (number | null)[]): void {
  const fits =
    tensor.shape.length === wanted.length &&
    wanted.every((side, at) => side === null || side === tensor.shape[at]);
  if (!fits) {
    const shown = wanted.map((side) => side ?? 'any').join(', ');
    throw new Error(`${what}: tensor '${tensor.name}' is [${tensor.shape.join(', ')}], wanted [${shown}]`);
  }
}

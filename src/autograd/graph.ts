/**
 * A graph of operations, traced once in the order in which it will run. An operation is data: how it is lowered to kernel
 * launches, and how gradients of its outputs become gradients of its inputs (itself by further operations).
 */

import { STORAGE_ALIGNMENT } from '../engine/storage.js';
import type { Lowering } from './lowering.js';
import { type Shape, sizeOf, Tensor } from './tensor.js';

export interface Operation {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Emits the launches that make the outputs. */
  readonly lower: (emit: Lowering) => void;
  /** Gradients of the inputs; called with `undefined` for an output that the loss does not reach, asked for wanted inputs only. */
  readonly backward?: Backward;
  readonly accumulates?: readonly number[] | undefined;
  readonly gathers?: readonly Part[] | undefined;
  /** Changes variables, so it runs even where nothing reads an output of it. */
  readonly effect: boolean;
  readonly overwrites?: Tensor | undefined;
  /** Operations before it whose gradients it makes; see `checkpoint`. */
  readonly standsFor?: readonly Operation[];
}

/** `sofar`: the gradients of the inputs as others have given them. */
export type Backward = (
  gradients: readonly (Tensor | undefined)[],
  wanted: readonly boolean[],
  sofar?: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[];

export interface OperationSpec {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly shapes: readonly Shape[];
  readonly lower: (emit: Lowering, outputs: readonly Tensor[]) => void;
  /**
   * An input whose values the launches find in the first output, as large as it, and change there. Where nothing else reads
   * the input any more, the output has its memory; else it is copied before.
   */
  readonly overwrites?: Tensor | undefined;
  /** Left out where no gradient flows. Gets the outputs too, since many gradients are cheapest from them. */
  readonly backward?: (
    gradients: readonly (Tensor | undefined)[],
    wanted: readonly boolean[],
    outputs: readonly Tensor[],
    sofar: readonly (Tensor | undefined)[],
  ) => readonly (Tensor | undefined)[];
  /** The inputs for which its backward returns gradients with those so far already added, by their places. No input may stand at two. */
  readonly accumulates?: readonly number[];
  /**
   * Inputs that are wanted as parts of the first output. Where nothing else reads one, and it need not stand elsewhere, whoever makes
   * it writes it there, and `lower` finds it in its place: `emit.isInPlace`.
   */
  readonly gathers?: readonly Part[];
}

/** `tensor` from element `offset` on, aligned. */
export interface Part {
  readonly tensor: Tensor;
  readonly offset: number;
}

const ELEMENTS_PER_ALIGNMENT = STORAGE_ALIGNMENT / 4;

/** The least multiple of the view alignment that holds `elements`. */
export function aligned(elements: number): number {
  return Math.ceil(elements / ELEMENTS_PER_ALIGNMENT) * ELEMENTS_PER_ALIGNMENT;
}

export class Graph {
  readonly operations: Operation[] = [];
  /** Whether gradients make again what lies inside of a `checkpoint`, instead of keeping it. */
  readonly recomputes: boolean;
  readonly #scope: string[] = [];
  readonly #fills = new Map<string, Tensor>();

  constructor({ recomputes = false }: { readonly recomputes?: boolean } = {}) {
    this.recomputes = recomputes;
  }

  /** Names made inside `body` begin with `scope.`: they appear in profiles and errors. */
  scoped<T>(scope: string, body: () => T): T {
    this.#scope.push(scope);
    try {
      return body();
    } finally {
      this.#scope.pop();
    }
  }

  /** A tensor that keeps its values between runs: a code, an input, a moment. */
  variable(name: string, shape: Shape): Tensor {
    return new Tensor(this, this.#named(name), shape, { kind: 'variable' });
  }

  /** A frozen weight. `data` is uploaded when a program is built and must not change. */
  constant(name: string, shape: Shape, data: Float32Array): Tensor {
    if (data.length !== sizeOf(shape)) {
      throw new Error(`constant '${name}': ${data.length} values for shape [${shape.join(', ')}]`);
    }
    return new Tensor(this, name, shape, { kind: 'constant', data });
  }

  /** A constant of one repeated value. */
  filled(shape: Shape, value: number): Tensor {
    const key = `${value} ${shape.join()}`;
    let tensor = this.#fills.get(key);
    if (!tensor) {
      tensor = this.constant(`${value}s`, shape, new Float32Array(sizeOf(shape)).fill(value));
      this.#fills.set(key, tensor);
    }
    return tensor;
  }

  /** A part of `tensor` as a tensor of its own, without a copy. `offset` (elements) must be aligned; no gradient flows through. */
  view(tensor: Tensor, offset: number, shape: Shape): Tensor {
    if (offset % ELEMENTS_PER_ALIGNMENT !== 0 || offset + sizeOf(shape) > tensor.size) {
      throw new Error(`view of '${tensor.name}': offset ${offset}, shape [${shape.join(', ')}]`);
    }
    return new Tensor(this, tensor.name, shape, { kind: 'view', of: tensor, offset });
  }

  /** Adds an operation and returns its outputs. */
  operation(spec: OperationSpec): readonly Tensor[] {
    const name = this.#named(spec.name);
    const outputs = spec.shapes.map((shape) => new Tensor(this, name, shape, { kind: 'value' }));
    return this.#add(spec, name, outputs);
  }

  /** Adds an operation whose outputs are parts of one new tensor: see `view`. Offsets in elements. */
  partitioned(spec: OperationSpec & { readonly offsets: readonly number[]; readonly size: number }): {
    readonly whole: Tensor;
    readonly parts: readonly Tensor[];
  } {
    const name = this.#named(spec.name);
    const whole = new Tensor(this, name, [spec.size], { kind: 'value' });
    const parts = spec.shapes.map((shape, at) => this.view(whole, spec.offsets[at]!, shape));
    this.#add({ ...spec, lower: (emit) => spec.lower(emit, [whole]) }, name, parts);
    return { whole, parts };
  }

  /** Adds an operation that changes variables. */
  effect(name: string, inputs: readonly Tensor[], lower: (emit: Lowering) => void): void {
    const named = this.#named(name);
    this.operations.push({
      name: named,
      inputs,
      outputs: [],
      lower: (emit) => emit.labelled(named, () => lower(emit)),
      effect: true,
    });
  }

  #add(spec: OperationSpec, name: string, outputs: readonly Tensor[]): readonly Tensor[] {
    const { backward } = spec;
    this.operations.push({
      name,
      inputs: spec.inputs,
      outputs,
      lower: (emit) => emit.labelled(name, () => spec.lower(emit, outputs)),
      ...(backward && {
        backward: (gradients, wanted, sofar = []) => backward(gradients, wanted, outputs, sofar),
      }),
      accumulates: spec.accumulates,
      gathers: spec.gathers,
      effect: false,
      overwrites: spec.overwrites,
    });
    return outputs;
  }

  #named(name: string): string {
    return [...this.#scope, name].join('.');
  }
}

/** State dictionaries: what a network is made of, by the names under which its weights are published. */
import type { Graph } from '../autograd/graph.js';
import type { Tensor } from '../autograd/tensor.js';
import { FwplusError } from '../errors.js';

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The weights of one network, float32; `name` is what errors call it. */
export class StateDict {
  readonly name: string;
  readonly #weights: ReadonlyMap<string, Weight>;

  constructor(name: string, weights: ReadonlyMap<string, Weight>) {
    this.name = name;
    this.#weights = weights;
  }

  get keys(): string[] {
    return [...this.#weights.keys()];
  }

  has(key: string): boolean {
    return this.#weights.has(key);
  }

  /** A weight; `null` in `shape` matches any side. Throws a FwplusError where it is missing, misshapen or not finite. */
  get(key: string, shape?: readonly (number | null)[]): Weight {
    const weight = this.#weights.get(key);
    if (!weight) {
      throw new FwplusError(`${this.name}: the weight '${key}' is missing.`, {
        hint: 'The file is of another network, or was cut. Convert the original checkpoint again.',
      });
    }
    const found = weight.shape;
    if (
      shape &&
      (shape.length !== found.length || shape.some((side, at) => side !== null && side !== found[at]))
    ) {
      const wanted = shape.map((side) => side ?? 'any').join(', ');
      throw new FwplusError(
        `${this.name}: the weight '${key}' is [${found.join(', ')}], wanted [${wanted}].`,
      );
    }
    return weight;
  }

  /** A weight as a constant of a graph. */
  constant(graph: Graph, key: string): Tensor {
    const { shape, data } = this.get(key);
    return graph.constant(key, shape.length === 0 ? [1] : shape, data);
  }

  /** A weight of one element. */
  scalar(key: string): number {
    const { data } = this.get(key);
    if (data.length !== 1)
      throw new FwplusError(`${this.name}: the weight '${key}' has ${data.length} elements, wanted 1.`);
    return data[0]!;
  }
}

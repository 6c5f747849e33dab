import { FwplusError } from '../../errors.js';
import type { TensorView } from '../checkpoint/index.js';
import type { SourceTensor } from './network.js';
import type { Part } from './parts.js';
import { FileTensor, known } from './tensors.js';

/** The weights of one part, each of which is taken or left out on purpose. Errors name the key. */
export class Weights {
  readonly ignored: string[] = [];
  readonly #left: Map<string, TensorView>;

  constructor(
    readonly part: Part,
    /** What the part was taken for: 'stylegan2-ada-pytorch'. */
    readonly format: string,
  ) {
    this.#left = new Map(part.tensors);
  }

  has(key: string): boolean {
    return this.part.tensors.has(key);
  }

  /** Of what was neither taken nor ignored yet, in the order of the file. */
  get left(): string[] {
    return [...this.#left.keys()];
  }

  /** A weight; `null` in `shape` matches any side. Throws where it is missing or of another shape. */
  take(key: string, shape?: readonly (number | null)[]): FileTensor {
    const tensor = this.part.tensors.get(key);
    if (!tensor) {
      throw this.fail(`the weight '${key}' is missing`, 'The file was cut, or is of another network.');
    }
    if (
      shape &&
      (shape.length !== tensor.shape.length ||
        shape.some((side, at) => (side ?? tensor.shape[at]) !== tensor.shape[at]))
    ) {
      const wanted = shape.map((side) => side ?? 'any').join(', ');
      throw this.fail(`the weight '${key}' is [${tensor.shape.join(', ')}], wanted [${wanted}]`);
    }
    this.#left.delete(key);
    return new FileTensor(key, tensor);
  }

  /** A number, which the file may hold as a tensor or beside its tensors. */
  scalar(key: string): SourceTensor {
    const beside = this.part.rest.get(key);
    return typeof beside === 'number' ? known([], Float32Array.of(beside)) : this.take(key, []);
  }

  /** Leaves out what is not needed. */
  ignore(pattern: RegExp): void {
    for (const key of this.left) {
      if (!pattern.test(key)) continue;
      this.#left.delete(key);
      this.ignored.push(key);
    }
  }

  /** Throws where something was neither taken nor ignored: the network would not be the one it was taken for. */
  finish(): void {
    const [key] = this.#left.keys();
    if (key === undefined) return;
    const more = this.#left.size - 1;
    throw this.fail(
      more > 0 ? `the weights '${key}' and ${more} more are unknown` : `the weight '${key}' is unknown`,
      'The network is of another kind or version than it seems; fwplus would not draw what it draws.',
    );
  }

  fail(found: string, hint?: string): FwplusError {
    const where = this.part.name === '' ? 'the file' : this.part.name;
    return new FwplusError(`Converting ${where} as ${this.format}: ${found}.`, hint ? { hint } : {});
  }
}

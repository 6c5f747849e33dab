import type { SourceTensor } from './network.js';
import type { Weights } from './weights.js';

/** Weights that keep their names and values. */
export class Kept {
  readonly tensors = new Map<string, SourceTensor>();

  constructor(readonly weights: Weights) {}

  /** Takes a weight, and returns its shape. Throws as `Weights.take`. */
  take(key: string, shape?: readonly (number | null)[]): readonly number[] {
    const tensor = this.weights.take(key, shape);
    this.tensors.set(key, tensor);
    return tensor.shape;
  }

  /** The number of the first side of a weight, whose others are known. */
  channels(key: string, ...others: readonly number[]): number {
    return this.take(key, [null, ...others])[0]!;
  }

  batchNorm(key: string, channels: number): void {
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      this.take(`${key}.${part}`, [channels]);
  }

  /** Throws where the file has more than was taken; counters of batch norms are left out. Returns all keys left out. */
  finish(): readonly string[] {
    this.weights.ignore(/\.num_batches_tracked$/);
    this.weights.finish();
    return this.weights.ignored;
  }
}

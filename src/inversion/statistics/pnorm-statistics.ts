/**
 * The P-norm+ statistics of a generator (Zhu et al. 2020): mean and principal axes of P = LeakyReLU₅(w) over random samples of its
 * mapping network, not truncated. The mapping runs on the GPU; what it gives is summed on the host in float64 while the GPU
 * works on the next batch, for the smallest variances of P (1e-7 beside 30 in the published model of faces) lie below the
 * rounding of float32 sums.
 *
 * A mapping with a w for each row (IDinvert's) gives as many samples as it has rows: all rows are pooled into one set of statistics, as
 * pnorm.ts uses them. The publications are silent there.
 */
import { compile, type Executable } from '../../autograd/compile.js';
import { Graph } from '../../autograd/graph.js';
import type { Tensor } from '../../autograd/tensor.js';
import type { Device } from '../../engine/device.js';
import { withDisposal } from '../../engine/disposal.js';
import { FwplusError } from '../../errors.js';
import type { Generator } from '../../nets/generator.js';
import type { PNormStatistics } from '../pnorm.js';
import { symmetricEigen } from '../symmetric-eigen.js';
import { Covariance } from './covariance.js';
import { DEFAULT_SAMPLES } from './default-samples.js';
import { fillNormals } from './normals.js';

export interface StatisticsOptions {
  /** Samples of w, more than its width; a million by default, as published. */
  readonly samples?: number | undefined;
  /** Of z, a whole number from 0 to 2³² − 1; 0 by default. */
  readonly seed?: number | undefined;
  /** Goes on from here, to the same bytes as one whole run of that seed and generator; changed on the way. */
  readonly resume?: Covariance | undefined;
  /** Called after every batch with what there is so far, at last of all samples; its promise is waited for, so it may save. */
  readonly onProgress?: (covariance: Covariance, samples: number) => void | Promise<void>;
  /** Stops after the batch in flight. */
  readonly signal?: AbortSignal;
}

type Mapping = Pick<Generator, 'mapping' | 'zDim' | 'wDim'>;

/** z a batch; batch k takes stream k of the seed's random numbers. */
const BATCH = 1000;
/** Slope of the activation that takes the mapping's last leaky ReLU (0.2) back. */
const SLOPE = 5;
/** Of the largest variance: below it there is float32's rounding of w and nothing else. */
const LEAST_VARIANCE = 1e-13;

/**
 * Eigenvalues falling, the largest component of each eigenvector positive. On one adapter the same seed gives the same bytes.
 * @returns undefined where `signal` stopped it.
 * @throws FwplusError where there are too few samples, where w does not vary in all of its directions, and where the GPU
 *   reports an error.
 */
export async function makePNormStatistics(
  device: Device,
  generator: Mapping,
  { samples = DEFAULT_SAMPLES, seed = 0, resume, onProgress, signal }: StatisticsOptions = {},
): Promise<PNormStatistics | undefined> {
  const { wDim } = generator;
  if (!Number.isInteger(samples) || samples <= wDim) {
    throw new FwplusError(
      `P-norm+ statistics of ${samples} samples are wanted; a w of ${wDim} numbers needs more than ${wDim}.`,
      { hint: 'The publications take 1,000,000; 100 times the width is the least that is of use.' },
    );
  }
  return withDisposal(async (held) => {
    const mapping = held.use(await Mapped.build(device, generator));
    const batches = Math.ceil(samples / mapping.rows);
    let covariance = resume;
    const first = batchesIn(covariance, mapping.rows, samples);
    let next = first < batches ? mapping.run(seed, first) : undefined;
    for (let batch = first; batch < batches; batch++) {
      const w = (await next)!;
      if (signal?.aborted) return undefined;
      // On its way while the host adds.
      next = batch + 1 < batches ? mapping.run(seed, batch + 1) : undefined;
      const left = samples - (covariance?.count ?? 0);
      const rows = unactivated(w.subarray(0, left * wDim));
      covariance ??= new Covariance(meanOf(rows, wDim));
      covariance.add(rows);
      await onProgress?.(covariance, samples);
    }
    return statisticsOf(covariance!);
  });
}

/** Batches that a saved covariance is made of. */
function batchesIn(covariance: Covariance | undefined, rows: number, samples: number): number {
  const count = covariance?.count ?? 0;
  if (count === samples || (count < samples && count % rows === 0)) return Math.ceil(count / rows);
  throw new FwplusError(
    `P-norm+ statistics cannot go on from ${count} samples to ${samples}: ${count > samples ? 'those are fewer' : 'it was complete'}.`,
    { hint: 'Take as many samples as before, or start anew.' },
  );
}

/** The mapping network as a program. */
class Mapped {
  /** Of w, a batch. */
  readonly rows: number;
  readonly #executable: Executable;
  readonly #z: Tensor;
  readonly #w: Tensor;
  readonly #values: Float32Array;

  private constructor(executable: Executable, z: Tensor, w: Tensor, wDim: number) {
    this.#executable = executable;
    this.#z = z;
    this.#w = w;
    this.#values = new Float32Array(z.size);
    this.rows = w.size / wDim;
  }

  static async build(device: Device, generator: Mapping): Promise<Mapped> {
    const graph = new Graph();
    const z = graph.variable('z', [BATCH, generator.zDim]);
    const w = generator.mapping(z);
    const executable = await compile(device, graph, { name: 'mapping', outputs: [w], variables: [z] });
    return new Mapped(executable, z, w, generator.wDim);
  }

  /** w [rows, wDim] of one batch of z. */
  run(seed: number, batch: number): Promise<Float32Array> {
    fillNormals(this.#values, seed, batch);
    this.#executable.write(this.#z, this.#values);
    this.#executable.run();
    return this.#executable.read(this.#w);
  }

  destroy(): void {
    this.#executable.destroy();
  }
}

/** P of w, in float64: its last activation taken back. */
export function unactivated(w: Float32Array): Float64Array {
  return Float64Array.from(w, (value) => (value < 0 ? SLOPE * value : value));
}

/** [width], of rows [any number, width]. */
function meanOf(rows: Float64Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  const share = width / rows.length;
  rows.forEach((value, at) => {
    mean[at % width]! += value * share;
  });
  return mean;
}

/** @throws FwplusError where w does not vary in all of its directions. */
export function statisticsOf(covariance: Covariance): PNormStatistics {
  const { width } = covariance;
  const { values, vectors } = symmetricEigen(covariance.covariance(), width);
  const useful = values.filter((value) => value > LEAST_VARIANCE * values[0]!).length;
  if (useful < width) {
    throw new FwplusError(
      `P-norm+ statistics: over ${covariance.count} samples w varies in ${useful} of its ${width} directions only.`,
      {
        hint: 'Take more samples; where that does not help, the mapping network has lost directions, and such a generator is inverted without P-norm+ (--pnorm none).',
      },
    );
  }
  const eigenvectors = new Float32Array(width * width);
  vectors.forEach((vector, column) => {
    vector.forEach((value, row) => {
      eigenvectors[row * width + column] = value;
    });
  });
  return { mean: Float32Array.from(covariance.mean()), eigenvalues: Float32Array.from(values), eigenvectors };
}

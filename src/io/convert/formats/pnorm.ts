/**
 * Statistics of P-norm+ (Zhu et al. 2020): BDInvert_Release's three .npy files, eigenvectors as columns in no order, and
 * II2S's .npz, components as rows with their standard deviations. Ours fall by eigenvalue.
 */

import { FwplusError } from '../../../errors.js';
import { PickledDict, type PickleValue, TensorView } from '../../checkpoint/index.js';
import type { Candidate, Format } from '../format.js';
import type { ConvertedNetwork } from '../network.js';
import { known } from '../tensors.js';

/** The arrays of a program, and what they become. */
interface Source {
  readonly format: string;
  readonly mean: string;
  /** Eigenvalues, or their roots. */
  readonly spread: string;
  readonly isDeviation: boolean;
  readonly axes: string;
  /** Whether axes are the rows of the matrix. */
  readonly areRows: boolean;
  /** What else the file has. */
  readonly ignored: readonly string[];
  readonly licence: string;
}

const SOURCES: readonly Source[] = [
  {
    format: 'BDInvert_Release',
    mean: 'mean_latent',
    spread: 'eigen_values',
    isDeviation: false,
    axes: 'eigen_vectors',
    areRows: false,
    ignored: [],
    licence: 'BDInvert_Release is AGPL-3.0 and names no other licence for its statistics.',
  },
  {
    format: 'II2S',
    mean: 'X_mean',
    spread: 'X_stdev',
    isDeviation: true,
    axes: 'X_comp',
    areRows: true,
    ignored: ['X_var_ratio'],
    licence: 'II2S has no licence: all rights are reserved by default.',
  },
];

/** The most that a product of two axes may differ from that of unit vectors at right angles; the published ones: 5e-7. */
const ORTHONORMAL = 1e-3;
/** The least eigenvalue over the greatest that may be rounding of 0. */
const ROUNDING = 1e-6;

export const pnorm: Format = {
  name: 'P-norm+',
  find({ value }, name) {
    const dict = value instanceof PickledDict ? value : new PickledDict([[name, value]]);
    return SOURCES.filter(({ mean, spread, axes }) => [mean, spread, axes].some((key) => dict.has(key))).map(
      (source): Candidate => ({ kind: 'pnorm', part: '', convert: () => convert(source, dict) }),
    );
  },
};

async function convert(source: Source, dict: PickledDict): Promise<ConvertedNetwork> {
  const read = (key: string) => readArray(dict.get(key), key, source);
  const mean = await read(source.mean);
  const spread = await read(source.spread);
  const axes = await read(source.axes);
  const width = mean.length;
  if (spread.length !== width || axes.length !== width * width) {
    throw fail(
      source,
      `'${source.mean}' has ${width} numbers, '${source.spread}' ${spread.length} and '${source.axes}' ${axes.length}, wanted ${width}, ${width} and ${width} × ${width}`,
    );
  }
  if (width > MOST_WIDTH)
    throw fail(source, `they are for a w of ${width} numbers, at most ${MOST_WIDTH} are read`);
  const { values, raised } = eigenvaluesOf(spread, source);
  const axis = (at: number, i: number) => axes[source.areRows ? at * width + i : i * width + at]!;
  const found = largestDeviation(axis, width);
  if (!(found <= ORTHONORMAL)) {
    throw fail(
      source,
      `the axes in '${source.axes}' are no unit vectors at right angles (their products are off by ${found.toPrecision(2)}, at most ${ORTHONORMAL} is read)`,
    );
  }
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const vectors = new Float32Array(width * width);
  for (let i = 0; i < width; i++)
    for (let at = 0; at < width; at++) vectors[i * width + at] = axis(order[at]!, i);
  return {
    kind: 'pnorm',
    format: source.format,
    options: {},
    facts: [
      ['Width of w', `${width}`],
      ['Variances', `${values[order[0]!]!.toPrecision(3)} down to ${values[order.at(-1)!]!.toPrecision(3)}`],
      ...(raised > 0 ? ([['Raised', `${raised} variances that were rounded to 0 or below`]] as const) : []),
    ],
    tensors: new Map([
      ['mean_latent', known([width], Float32Array.from(mean))],
      [
        'eigen_values',
        known(
          [width],
          Float32Array.from(order, (at) => values[at]!),
        ),
      ],
      ['eigen_vectors', known([width, width], vectors)],
    ]),
    ignored: source.ignored.filter((key) => dict.has(key)),
    licence: source.licence,
  };
}

async function readArray(value: PickleValue | undefined, key: string, source: Source): Promise<Float64Array> {
  const all = [source.mean, source.spread, source.axes];
  if (value === undefined) {
    throw fail(
      source,
      `'${key}' is missing`,
      `They belong together: ${all.join(', ')}. Give all files, or their folder.`,
    );
  }
  if (!(value instanceof TensorView)) {
    throw fail(
      source,
      `'${key}' is no array of real numbers`,
      'numpy.linalg.eig may give complex numbers of which the imaginary parts are 0; save its .real.',
    );
  }
  const values = await value.readNumbers();
  const bad = values.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw fail(source, `'${key}' has ${values[bad]} at place ${bad}`);
  return values;
}

/** Rounding leaves some at 0 or a little below; they become the least that is above. */
function eigenvaluesOf(spread: Float64Array, source: Source): { values: Float64Array; raised: number } {
  const values = source.isDeviation ? spread.map((value) => value * Math.abs(value)) : spread;
  const greatest = values.reduce((a, b) => Math.max(a, b), 0);
  const least = values.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Number.POSITIVE_INFINITY);
  const bad = values.findIndex((value) => value < -ROUNDING * greatest);
  if (bad >= 0 || greatest === 0) {
    const at = Math.max(bad, 0);
    throw fail(source, `'${source.spread}' has ${spread[at]} at place ${at}, wanted positive numbers`);
  }
  return {
    values: values.map((value) => (value > 0 ? value : least)),
    raised: values.reduce((count, value) => count + Number(!(value > 0)), 0),
  };
}

/** Checking the axes takes width³ operations; published generators have 512. */
const MOST_WIDTH = 2048;

/** How far the products of all pairs of axes are from 0, and of each with itself from 1; the first that is too far ends it. */
function largestDeviation(axis: (at: number, i: number) => number, width: number): number {
  const rows = Array.from({ length: width }, (_, at) =>
    Float64Array.from({ length: width }, (__, i) => axis(at, i)),
  );
  let largest = 0;
  for (const [at, a] of rows.entries()) {
    for (const [other, b] of rows.slice(at).entries()) {
      let product = other === 0 ? -1 : 0;
      for (let i = 0; i < width; i++) product += a[i]! * b[i]!;
      largest = Math.max(largest, Math.abs(product));
      if (!(largest <= ORTHONORMAL)) return largest;
    }
  }
  return largest;
}

function fail(source: Source, found: string, hint?: string): FwplusError {
  return new FwplusError(
    `Converting P-norm+ statistics of ${source.format}: ${found}.`,
    hint ? { hint } : {},
  );
}

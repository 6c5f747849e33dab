/** Operations on the last axis, elementwise ones, and sums over samples. */
import { activate } from '../../src/autograd/ops/activate.js';
import { type Activation, LEAKY_RELU, RELU, UNLIMITED } from '../../src/autograd/ops/activation.js';
import { channelAffine } from '../../src/autograd/ops/channel-affine.js';
import { add, clip, scale } from '../../src/autograd/ops/elementwise.js';
import { fullyConnected } from '../../src/autograd/ops/fully-connected.js';
import { normaliseSecondMoment, unitNormalise } from '../../src/autograd/ops/normalise.js';
import { prelu } from '../../src/autograd/ops/prelu.js';
import { meanSquaredError, quantisedSquaredError } from '../../src/autograd/ops/reduce.js';
import { sigmoid } from '../../src/autograd/ops/sigmoid.js';
import { stack } from '../../src/autograd/ops/stack.js';
import { styles } from '../../src/autograd/ops/styles.js';
import { truncation } from '../../src/autograd/ops/truncation.js';
import { weightedSum } from '../../src/autograd/ops/weighted-sum.js';
import type { Shape } from '../../src/autograd/tensor.js';
import type { TestCase } from '../harness/case.js';
import { casesOf, type OperationTest } from './operation.js';
import * as convolution from './reference/convolution.js';
import * as reference from './reference/rows.js';
import { type Random, signed, values } from './values.js';

const wide = (random: Random): number => 4 * signed(random);

const activated = (name: string, x: Shape, activation: Activation, recorded = false): OperationTest => ({
  name,
  variables: { x },
  draw: { x: wide },
  build: ({ x }) => activate(x, activation),
  reference: ({ x }) => reference.map(x, (value) => convolution.activate(value, activation)),
  recorded,
});

const affine = (name: string, x: Shape, activation: Activation, recorded = false): OperationTest => ({
  name,
  variables: { x },
  constants: { scale: x.slice(-1), shift: x.slice(-1) },
  build: ({ x, scale, shift }) => channelAffine(x, scale, shift, activation),
  reference: ({ x, scale, shift }) => reference.channelAffine(x, scale, shift, activation),
  recorded,
});

const sloped = (name: string, x: Shape, recorded = false): OperationTest => ({
  name,
  variables: { x },
  constants: { slope: x.slice(-1) },
  build: ({ x, slope }) => prelu(x, slope),
  reference: ({ x, slope }) => reference.prelu(x, slope),
  recorded,
});

const stacked = (name: string, part: Shape, recorded = false): OperationTest => ({
  name,
  variables: { a: part, b: part, c: part },
  build: ({ a, b, c }) => stack([a, b, c]),
  reference: ({ a, b, c }) => reference.stack([a, b, c]),
  recorded,
});

const dense = (
  name: string,
  x: Shape,
  outputs: number,
  activation: Activation,
  recorded = false,
): OperationTest => ({
  name,
  variables: { x },
  constants: { weight: [outputs, x.at(-1) as number], bias: [outputs] },
  build: ({ x, weight, bias }) => fullyConnected(x, weight, { bias, activation }),
  reference: ({ x, weight, bias }) => reference.fullyConnected(x, weight, bias, activation),
  recorded,
});

const elementwiseTests: OperationTest[] = [
  activated('leaky ReLU of slope 5', [2, 3, 17], { slope: 5, gain: 1, limit: UNLIMITED }, true),
  activated(
    'leaky ReLU of slope 0.2 with a clamp',
    [5, 33],
    { slope: 0.2, gain: Math.SQRT2, limit: 2 },
    true,
  ),
  activated('ReLU', [65], RELU),
  affine('batch norm in inference', [2, 4, 3, 5], { ...LEAKY_RELU, gain: 1 }, true),
  affine('channel affine of one channel', [1, 7, 5, 1], RELU),
  affine('channel affine with a clamp', [3, 33], { slope: 1, gain: 1, limit: 0.7 }),
  sloped('PReLU', [2, 4, 3, 5], true),
  sloped('PReLU of one channel', [1, 7, 5, 1]),
  {
    name: 'sigmoid',
    variables: { x: [3, 1, 1, 33] },
    draw: { x: wide },
    build: ({ x }) => sigmoid(x),
    reference: ({ x }) => reference.sigmoid(x),
    recorded: true,
  },
  {
    name: 'sigmoid far out',
    variables: {},
    constants: { x: [65] },
    draw: { x: (random) => 400 * signed(random) },
    build: ({ x }) => sigmoid(x),
    reference: ({ x }) => reference.sigmoid(x),
  },
  {
    name: 'add',
    variables: { a: [2, 5, 7, 3], b: [2, 5, 7, 3] },
    build: ({ a, b }) => add(a, b),
    reference: ({ a, b }) => reference.map(a, (value, at) => value + b.data[at]),
  },
  {
    name: 'add, elements in fours',
    variables: { a: [3, 4], b: [3, 4] },
    build: ({ a, b }) => add(a, b),
    reference: ({ a, b }) => reference.map(a, (value, at) => value + b.data[at]),
  },
  {
    name: 'weighted sum of six',
    variables: { a: [3], b: [3], c: [3], d: [3], e: [3], f: [3] },
    build: ({ a, b, c, d, e, f }) =>
      weightedSum([a, b, c, d, e, f].map((tensor, at) => ({ tensor, factor: at - 1.5 }))),
    reference: ({ a, b, c, d, e, f }) =>
      reference.map(a, (value, at) =>
        [b, c, d, e, f].reduce((sum, { data }, k) => sum + (k - 0.5) * data[at], -1.5 * value),
      ),
  },
  {
    name: 'weighted sum of one and of two, the same one',
    variables: { a: [70] },
    build: ({ a }) =>
      weightedSum([
        { tensor: weightedSum([{ tensor: a, factor: 3 }]), factor: 2 },
        { tensor: a, factor: -1 },
      ]),
    reference: ({ a }) => reference.map(a, (value) => 5 * value),
  },
  {
    name: 'scale, elements in fours',
    variables: { a: [3, 44] },
    build: ({ a }) => scale(a, -0.3),
    reference: ({ a }) => reference.map(a, (value) => -0.3 * value),
  },
  {
    name: 'add to itself',
    variables: { a: [17] },
    build: ({ a }) => add(a, add(a, a)),
    reference: ({ a }) => reference.map(a, (value) => 3 * value),
  },
  {
    name: 'scale',
    variables: { a: [3, 43] },
    build: ({ a }) => scale(a, -0.3),
    reference: ({ a }) => reference.map(a, (value) => -0.3 * value),
  },
  {
    name: 'clip',
    variables: {},
    constants: { a: [2, 33] },
    draw: { a: wide },
    build: ({ a }) => clip(a, -1.5, 2),
    reference: ({ a }) => reference.map(a, (value) => Math.min(2, Math.max(-1.5, value))),
  },
];

const rowTests: OperationTest[] = [
  stacked('stack', [2, 1, 1, 17], true),
  stacked('stack of single values', [1, 1, 1, 1]),
  dense('fully connected', [2, 3, 17], 5, LEAKY_RELU, true),
  dense('fully connected, 33 to 65', [3, 33], 65, { slope: 1, gain: 1, limit: UNLIMITED }),
  dense('fully connected over many rows', [300, 8], 12, LEAKY_RELU),
  dense('fully connected over many rows of odd width', [2, 130, 5], 3, { slope: 0.2, gain: 1, limit: 1 }),
  dense('fully connected of one value', [2, 1], 1, { slope: 0.2, gain: 1, limit: 0.5 }),
  {
    name: 'fully connected without bias',
    variables: { x: [5, 3] },
    constants: { weight: [17, 3] },
    build: ({ x, weight }) => fullyConnected(x, weight),
    reference: ({ x, weight }) => reference.fullyConnected(x, weight, undefined),
  },
  {
    name: 'unit normalisation',
    variables: { x: [2, 4, 3, 17] },
    build: ({ x }) => unitNormalise(x),
    reference: ({ x }) => reference.unitNormalise(x),
    recorded: true,
  },
  {
    name: 'unit normalisation, elements in fours',
    variables: { x: [2, 4, 3, 20] },
    build: ({ x }) => unitNormalise(x),
    reference: ({ x }) => reference.unitNormalise(x),
  },
  {
    name: 'second moment, elements in fours',
    variables: { x: [3, 36] },
    build: ({ x }) => normaliseSecondMoment(x),
    reference: ({ x }) => reference.normaliseSecondMoment(x),
  },
  {
    name: 'unit normalisation with a large epsilon',
    variables: { x: [67, 3] },
    build: ({ x }) => unitNormalise(x, 0.5),
    reference: ({ x }) => reference.unitNormalise(x, 0.5),
  },
  {
    name: 'unit normalisation of zeros',
    variables: { x: [4, 5] },
    build: ({ x }) => unitNormalise(x),
    reference: ({ x }) => reference.unitNormalise(x),
    recorded: 'only',
  },
  {
    name: 'second moment',
    variables: { x: [3, 33] },
    build: ({ x }) => normaliseSecondMoment(x),
    reference: ({ x }) => reference.normaliseSecondMoment(x),
    recorded: true,
  },
  {
    name: 'second moment of small vectors',
    variables: { x: [2, 3, 5] },
    draw: { x: (random) => 1e-4 * signed(random) },
    build: ({ x }) => normaliseSecondMoment(x),
    reference: ({ x }) => reference.normaliseSecondMoment(x),
  },
];

/** Rows are read out of order, one by two layers and one by none. */
const STYLE_ROWS = [3, 1, 0, 1];
const STYLE_CHANNELS = [5, 33, 1, 17];

const styleTests: OperationTest[] = [2, 1].map((batch) => ({
  name: `styles of ${batch}`,
  variables: { code: [batch, 5, 7] },
  constants: Object.fromEntries(
    STYLE_CHANNELS.flatMap((channels, at) => [
      [`weight${at}`, [channels, 7]],
      [`bias${at}`, [channels]],
    ]),
  ),
  // Results of `styles` are parts of one tensor; a scale makes each one that can be kept.
  build: (tensors) =>
    styles(
      tensors.code,
      STYLE_ROWS.map((row, at) => ({
        row,
        weight: dataOf(tensors[`weight${at}`]),
        bias: dataOf(tensors[`bias${at}`]),
      })),
    ).map((style) => scale(style, 1)),
  reference: (values) =>
    reference.styles(
      values.code,
      STYLE_ROWS.map((row, at) => ({
        row,
        weight: Float32Array.from(values[`weight${at}`].data),
        bias: Float32Array.from(values[`bias${at}`].data),
      })),
    ),
  recorded: batch === 2,
}));

function dataOf({ content }: { content: { kind: string; data?: Float32Array } }): Float32Array {
  return content.data as Float32Array;
}

const truncated = (
  name: string,
  [batch, rows, width]: [number, number, number],
  recorded = false,
): OperationTest => ({
  name,
  variables: { w: [batch, width] },
  constants: { average: [width], psi: [rows] },
  build: ({ w, average, psi }) => truncation(w, average, psi),
  reference: ({ w, average, psi }) => reference.truncation(w, average, psi),
  recorded,
});

/** w has a row for each of the code's; so may the average. */
const truncatedApart = (
  name: string,
  [batch, rows, width]: [number, number, number],
  averageRows: number,
  recorded = false,
): OperationTest => ({
  name,
  variables: { w: [batch, rows * width] },
  constants: { average: averageRows === 1 ? [width] : [averageRows, width], psi: [rows] },
  build: ({ w, average, psi }) => truncation(w, average, psi),
  reference: ({ w, average, psi }) =>
    values(
      [batch, rows, width],
      w.data.map((value, at) => {
        const mean = average.data[at % average.data.length];
        return mean + psi.data[Math.floor(at / width) % rows] * (value - mean);
      }),
    ),
  recorded,
});

const truncationTests: OperationTest[] = [
  truncated('truncation', [2, 5, 17], true),
  truncated('truncation of one row', [1, 1, 65]),
  truncatedApart('truncation of rows of their own', [2, 5, 7], 5, true),
  truncatedApart('truncation of rows of their own towards one mean', [3, 2, 17], 1),
];

const squaredError = (name: string, a: Shape, divisor?: number, recorded = false): OperationTest => ({
  name,
  variables: { a, b: a },
  build: ({ a, b }) => meanSquaredError(a, b, divisor),
  reference: ({ a, b }) =>
    reference.sampleSums(a, b, divisor ?? a.data.length / a.shape[0], (p, q) => (p - q) ** 2),
  recorded,
});

/** Values of `count` 8-bit levels from `first` on, beyond the ends too; so far from halves that no rounding can change them. */
const level =
  (first: number, count: number) =>
  (random: Random): number => {
    const whole = first + Math.floor(count * random());
    return (whole + 0.8 * (random() - 0.5)) / 127.5 - 1;
  };
const eightBit = (value: number): number => Math.min(255, Math.max(0, Math.floor((value + 1) * 127.5 + 0.5)));

const eightBitError = (name: string, shape: Shape, draw: (random: Random) => number): OperationTest => ({
  name,
  variables: {},
  constants: { a: shape, b: shape },
  draw: { a: draw, b: draw },
  build: ({ a, b }) => quantisedSquaredError(a, b),
  reference: ({ a, b }) =>
    reference.sampleSums(a, b, a.data.length / a.shape[0], (p, q) => (eightBit(p) - eightBit(q)) ** 2),
});

const lossTests: OperationTest[] = [
  squaredError('mean squared error', [2, 5, 7, 3], undefined, true),
  squaredError('squared error over a divisor', [3, 4, 17], 7),
  squaredError('mean squared error of many threads', [1, 71, 33, 3]),
  squaredError('mean squared error of one value', [5, 1]),
  eightBitError('8-bit error', [2, 5, 7, 3], level(-22, 300)),
  eightBitError('8-bit error of many threads', [1, 33, 65, 3], level(-22, 300)),
  eightBitError('8-bit error of close pictures', [3, 9, 7, 3], level(100, 3)),
];

export const cases: TestCase[] = casesOf([
  ...elementwiseTests,
  ...rowTests,
  ...styleTests,
  ...truncationTests,
  ...lossTests,
]);

/** Convolution in all its forms, and the modulated convolutions made of it. */
import { type Activation, LEAKY_RELU, RELU, UNLIMITED } from '../../src/autograd/ops/activation.js';
import { convolution } from '../../src/autograd/ops/convolution.js';
import { demodulation } from '../../src/autograd/ops/demodulation.js';
import { modulatedConvolution } from '../../src/autograd/ops/modulated-convolution.js';
import { styles } from '../../src/autograd/ops/styles.js';
import { upConvolution } from '../../src/autograd/ops/up-convolution.js';
import type { TestCase } from '../harness/case.js';
import { casesOf, type OperationTest } from './operation.js';
import * as reference from './reference/convolution.js';
import { styles as referenceStyles } from './reference/rows.js';
import { positive } from './values.js';

/** Low enough to hold some values and let others through. */
const CLAMPED: Activation = { slope: 0.2, gain: Math.SQRT2, limit: 2 };
const draw = { scaleIn: positive, scaleOut: positive, s: positive };

function plain(
  name: string,
  x: [number, number, number, number],
  [outputs, kernel]: [number, number],
  options: { stride?: number; padding?: number; transposed?: boolean } = {},
  recorded = false,
): OperationTest {
  return {
    name,
    variables: { x },
    constants: { weight: [outputs, x[3], kernel, kernel] },
    build: ({ x, weight }) => convolution(x, weight, options),
    reference: ({ x, weight }) => reference.convolution(x, weight, options),
    recorded,
  };
}

const plainTests: OperationTest[] = [
  plain('convolution 3x3', [2, 5, 7, 3], [5, 3], { padding: 1 }, true),
  plain('convolution of one channel', [1, 4, 4, 1], [1, 3], { padding: 1 }),
  plain('convolution of one pixel', [1, 1, 1, 5], [3, 3], { padding: 1 }),
  plain('convolution 1x1, 17 to 33 channels', [2, 5, 3, 17], [33, 1]),
  plain('convolution 3x3, 33 to 17 channels', [1, 9, 6, 33], [17, 3], { padding: 1 }),
  plain('convolution 3x3, 64 to 64 channels', [1, 4, 4, 64], [64, 3], { padding: 1 }),
  plain('convolution without padding', [1, 6, 5, 3], [5, 3]),
  plain('convolution of stride 2', [2, 9, 6, 5], [3, 3], { stride: 2, padding: 1 }, true),
  plain('convolution 11x11 of stride 4', [1, 23, 18, 3], [5, 11], { stride: 4, padding: 2 }),
  plain('transposed convolution of stride 2', [2, 4, 5, 3], [5, 3], { stride: 2, transposed: true }, true),
  plain('transposed convolution, 17 to 33 channels', [1, 5, 3, 17], [33, 3], { stride: 2, transposed: true }),
  plain('transposed convolution with padding', [1, 4, 3, 3], [5, 4], {
    stride: 2,
    padding: 1,
    transposed: true,
  }),
  plain('transposed convolution with gaps', [1, 3, 4, 3], [2, 2], { stride: 3, transposed: true }),
];

/** The second style lies behind the first in the same buffer. */
const STYLE_LAYERS = [0, 1].map((row) => ({
  row,
  weight: Float32Array.from({ length: 12 }, (_, at) => Math.sin(at + row)),
  bias: Float32Array.of(1, 1.5, 2),
}));

/** What makes a picture of features. */
function pointwise(x: [number, number, number, number], outputs: number): OperationTest {
  return {
    name: `scaled convolution 1x1, ${x[3]} to ${outputs} channels`,
    variables: { x, scaleIn: [x[0], x[3]] },
    constants: { weight: [outputs, x[3], 1, 1], bias: [outputs] },
    draw,
    build: ({ x, weight, scaleIn, bias }) => convolution(x, weight, { scaleIn, bias }),
    reference: ({ x, weight, scaleIn, bias }) => reference.convolution(x, weight, { scaleIn, bias }),
  };
}

function everything(
  name: string,
  x: [number, number, number, number],
  outputs: number,
  recorded: boolean,
): OperationTest {
  const [batch, height, width, channels] = x;
  return {
    name,
    variables: { x, scaleIn: [batch, channels], scaleOut: [batch, outputs] },
    constants: { weight: [outputs, channels, 3, 3], bias: [outputs], map: [height, width] },
    draw,
    build: ({ x, weight, scaleIn, scaleOut, bias, map }) =>
      convolution(x, weight, {
        padding: 1,
        scaleIn,
        scaleOut,
        bias,
        noise: { map, strength: 0.6 },
        activation: CLAMPED,
      }),
    reference: ({ x, weight, scaleIn, scaleOut, bias, map }) =>
      reference.convolution(x, weight, {
        padding: 1,
        scaleIn,
        scaleOut,
        bias,
        noise: { map, strength: 0.6 },
        activation: CLAMPED,
      }),
    recorded,
  };
}

const fusedTests: OperationTest[] = [
  pointwise([2, 3, 5, 5], 3),
  pointwise([1, 19, 23, 8], 3),
  pointwise([1, 4, 3, 12], 4),
  pointwise([2, 4, 3, 4], 1),
  pointwise([1, 4, 3, 8], 5),
  // More chunks of pixels than one thread sums.
  pointwise([1, 260, 256, 1], 1),
  pointwise([1, 260, 256, 4], 1),
  everything('convolution with everything around it', [2, 5, 7, 3], 5, true),
  everything('convolution with everything around it, channels in fours', [2, 5, 7, 4], 8, false),
  {
    name: 'convolution with an input scale, stride 2',
    variables: { x: [2, 6, 7, 5], scaleIn: [2, 5] },
    constants: { weight: [3, 5, 3, 3] },
    draw,
    build: ({ x, weight, scaleIn }) => convolution(x, weight, { stride: 2, padding: 1, scaleIn }),
    reference: ({ x, weight, scaleIn }) =>
      reference.convolution(x, weight, { stride: 2, padding: 1, scaleIn }),
  },
  {
    name: 'transposed convolution with everything around it',
    variables: { x: [2, 3, 4, 5], scaleIn: [2, 5], scaleOut: [2, 3] },
    constants: { weight: [3, 5, 3, 3], bias: [3], map: [7, 9] },
    draw,
    build: ({ x, weight, scaleIn, scaleOut, bias, map }) =>
      convolution(x, weight, {
        stride: 2,
        transposed: true,
        scaleIn,
        scaleOut,
        bias,
        noise: { map, strength: -0.4 },
        activation: LEAKY_RELU,
      }),
    reference: ({ x, weight, scaleIn, scaleOut, bias, map }) =>
      reference.convolution(x, weight, {
        stride: 2,
        transposed: true,
        scaleIn,
        scaleOut,
        bias,
        noise: { map, strength: -0.4 },
        activation: LEAKY_RELU,
      }),
  },
  {
    name: 'convolution with an output scale alone',
    variables: { x: [2, 4, 4, 3], scaleOut: [2, 17] },
    constants: { weight: [17, 3, 1, 1] },
    draw,
    build: ({ x, weight, scaleOut }) => convolution(x, weight, { scaleOut }),
    reference: ({ x, weight, scaleOut }) => reference.convolution(x, weight, { scaleOut }),
  },
  {
    name: 'convolution with ReLU',
    variables: { x: [1, 6, 5, 3] },
    constants: { weight: [5, 3, 3, 3], bias: [5] },
    build: ({ x, weight, bias }) => convolution(x, weight, { padding: 1, bias, activation: RELU }),
    reference: ({ x, weight, bias }) =>
      reference.convolution(x, weight, { padding: 1, bias, activation: RELU }),
    recorded: true,
  },
  {
    name: 'convolution scaled by one of several styles',
    variables: { x: [2, 4, 5, 3], code: [2, 2, 4] },
    constants: { weight: [5, 3, 3, 3] },
    build: ({ x, code, weight }) =>
      convolution(x, weight, { padding: 1, scaleIn: styles(code, STYLE_LAYERS)[1] }),
    reference: ({ x, code, weight }) =>
      reference.convolution(x, weight, { padding: 1, scaleIn: referenceStyles(code, STYLE_LAYERS)[1] }),
  },
  {
    name: 'convolution of a frozen image',
    variables: { scaleIn: [1, 3] },
    constants: { x: [1, 4, 5, 3], weight: [5, 3, 3, 3] },
    draw,
    build: ({ x, weight, scaleIn }) => convolution(x, weight, { padding: 1, scaleIn }),
    reference: ({ x, weight, scaleIn }) => reference.convolution(x, weight, { padding: 1, scaleIn }),
  },
];

function upConvolved(
  name: string,
  x: [number, number, number, number],
  outputs: number,
  options: { bandBytes?: number; activation?: Activation } = {},
  recorded = false,
): OperationTest {
  const { bandBytes, activation = LEAKY_RELU } = options;
  const [batch, height, width, inputs] = x;
  return {
    name,
    variables: { x, scaleIn: [batch, inputs], scaleOut: [batch, outputs] },
    constants: { weight: [outputs, inputs, 3, 3], bias: [outputs], map: [2 * height, 2 * width] },
    draw,
    build: ({ x, weight, scaleIn, scaleOut, bias, map }) =>
      upConvolution(
        x,
        weight,
        scaleIn,
        { scaleOut, bias, noise: { map, strength: 0.5 }, activation },
        bandBytes,
      ),
    reference: ({ x, weight, scaleIn, scaleOut, bias, map }) =>
      reference.blur(reference.convolution(x, weight, { stride: 2, transposed: true, scaleIn }), {
        scaleOut,
        bias,
        noise: { map, strength: 0.5 },
        activation,
      }),
    recorded,
  };
}

/** Of what lies between the two launches. */
const rowBytes = (batch: number, width: number, outputs: number) => 4 * batch * (2 * width + 1) * outputs;

const upTests: OperationTest[] = [
  upConvolved('up-convolution', [2, 3, 4, 5], 3, {}, true),
  upConvolved('up-convolution with a clamp', [1, 4, 4, 5], 17, {
    activation: { slope: 0.2, gain: Math.SQRT2, limit: 1.2 },
  }),
  upConvolved('up-convolution of the smallest image', [1, 1, 1, 1], 1, {
    activation: { slope: 1, gain: 1, limit: UNLIMITED },
  }),
  upConvolved('up-convolution, a band for each row', [1, 3, 2, 5], 3, { bandBytes: 1 }),
  upConvolved('up-convolution in uneven bands', [2, 5, 3, 5], 4, { bandBytes: 5 * rowBytes(2, 3, 4) }),
  upConvolved('up-convolution of 16 to 32 channels in bands', [1, 7, 6, 16], 32, {
    bandBytes: 9 * rowBytes(1, 6, 32),
  }),
];

function demodulated(name: string, s: [number, number], outputs: number, recorded = false): OperationTest {
  return {
    name,
    variables: { s },
    constants: { weight: [outputs, s[1], 3, 3] },
    build: ({ s, weight }) => demodulation(s, weight, 1e-8),
    reference: ({ s, weight }) => reference.demodulation(s, weight, 1e-8),
    recorded,
  };
}

const demodulationTests: OperationTest[] = [
  demodulated('demodulation', [2, 5], 3, true),
  demodulated('demodulation, 33 to 17 channels', [3, 33], 17),
  {
    ...demodulated('demodulation with a large epsilon', [2, 3], 5),
    build: ({ s, weight }) => demodulation(s, weight, 0.5),
    reference: ({ s, weight }) => reference.demodulation(s, weight, 0.5),
  },
];

function modulated(
  name: string,
  x: [number, number, number, number],
  outputs: number,
  kind: 'plain' | 'up' | 'rgb',
  recorded = false,
): OperationTest {
  const [batch, height, width, inputs] = x;
  const up = kind === 'up';
  const kernel = kind === 'rgb' ? 1 : 3;
  const options = {
    up,
    ...(kind !== 'rgb' && { demodulate: 1e-8, activation: LEAKY_RELU }),
  };
  return {
    name,
    variables: { x, s: [batch, inputs] },
    constants: {
      weight: [outputs, inputs, kernel, kernel],
      bias: [outputs],
      map: up ? [2 * height, 2 * width] : [height, width],
    },
    build: ({ x, s, weight, bias, map }) =>
      modulatedConvolution(x, s, {
        weight,
        bias,
        ...(kind !== 'rgb' && { noise: { map, strength: 0.3 } }),
        ...options,
      }),
    reference: ({ x, s, weight, bias, map }) =>
      reference.modulatedConvolution(x, s, weight, {
        bias,
        ...(kind !== 'rgb' && { noise: { map, strength: 0.3 } }),
        ...options,
      }),
    recorded,
  };
}

const modulatedTests: OperationTest[] = [
  modulated('modulated convolution', [2, 5, 7, 5], 3, 'plain', true),
  modulated('modulated convolution, 33 to 17 channels', [1, 4, 4, 33], 17, 'plain'),
  modulated('modulated up-convolution', [2, 3, 4, 5], 3, 'up', true),
  modulated('modulated up-convolution of one pixel', [1, 1, 1, 3], 5, 'up'),
  modulated('modulated up-convolution, 17 to 5 channels', [1, 5, 3, 17], 5, 'up'),
  modulated('toRGB', [2, 4, 5, 17], 3, 'rgb', true),
];

export const cases: TestCase[] = casesOf([
  ...plainTests,
  ...fusedTests,
  ...upTests,
  ...demodulationTests,
  ...modulatedTests,
]);

/** Operations of StyleGAN1: its filter, its noise, its normalisation, and the tanh that some generators end in. */
import { type Activation, UNLIMITED } from '../../src/autograd/ops/activation.js';
import { instanceNorm } from '../../src/autograd/ops/instance-norm.js';
import { noiseActivation } from '../../src/autograd/ops/noise-activation.js';
import { smooth } from '../../src/autograd/ops/smooth.js';
import { tanh } from '../../src/autograd/ops/tanh.js';
import type { Shape } from '../../src/autograd/tensor.js';
import type { TestCase } from '../harness/case.js';
import { casesOf, type OperationTest } from './operation.js';
import * as reference from './reference/instances.js';
import { map } from './reference/rows.js';
import { type Random, signed } from './values.js';

type Image = [batch: number, height: number, width: number, channels: number];

const SLOPED: Activation = { slope: 0.2, gain: 1, limit: UNLIMITED };

const smoothed = (name: string, x: Image, recorded = false): OperationTest => ({
  name,
  variables: { x },
  build: ({ x }) => smooth(x),
  reference: ({ x }) => reference.smooth(x),
  recorded,
});

const noisy = (name: string, x: Image, activation: Activation, recorded = false): OperationTest => ({
  name,
  variables: { x },
  constants: { noise: x.slice(1, 3), strength: x.slice(3), bias: x.slice(3) },
  build: ({ x, noise, strength, bias }) => noiseActivation(x, { map: noise, strength, bias, activation }),
  reference: ({ x, noise, strength, bias }) =>
    reference.noiseActivation(x, noise, strength, bias, activation),
  recorded,
});

const normalised = (
  name: string,
  x: Image,
  {
    epsilon,
    draw,
    recorded = false,
  }: Partial<Pick<OperationTest, 'recorded'>> & {
    epsilon?: number;
    draw?: (random: Random) => number;
  } = {},
): OperationTest => {
  const style = [x[0], x[3]];
  return {
    name,
    variables: { x, scale: style, shift: style },
    ...(draw && { draw: { x: draw } }),
    build: ({ x, scale, shift }) => instanceNorm(x, scale, shift, epsilon),
    reference: ({ x, scale, shift }) => reference.instanceNorm(x, scale, shift, epsilon),
    recorded,
  };
};

const tangent = (name: string, x: Shape, width: number, recorded = false): OperationTest => ({
  name,
  variables: { x },
  draw: { x: (random) => width * signed(random) },
  build: ({ x }) => tanh(x),
  reference: ({ x }) => map(x, Math.tanh),
  recorded,
});

export const cases: TestCase[] = casesOf([
  smoothed('smooth', [2, 5, 7, 3], true),
  smoothed('smooth of one pixel', [1, 1, 1, 1]),
  smoothed('smooth of one line', [2, 1, 9, 17]),
  noisy('noise activation', [2, 5, 7, 3], SLOPED, true),
  noisy('noise activation of one channel with a clamp', [2, 3, 3, 1], { slope: 0.2, gain: 1.5, limit: 0.9 }),
  normalised('instance norm', [2, 5, 7, 3], { recorded: true }),
  normalised('instance norm of one channel', [1, 4, 4, 1]),
  normalised('instance norm of many chunks', [2, 33, 31, 17]),
  normalised('instance norm with a large epsilon', [1, 3, 5, 33], { epsilon: 0.5 }),
  // A mean a hundred times the deviation: a difference of two sums of squares would lose four digits.
  normalised('instance norm far from zero', [1, 16, 16, 2], { draw: (random) => 64 + signed(random) }),
  tangent('tanh', [2, 3, 17], 3, true),
  tangent('tanh near zero', [65], 0.3),
  tangent('tanh far from zero', [65], 200),
]);

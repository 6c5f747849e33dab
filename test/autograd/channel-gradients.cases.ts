/** The sums of a convolution's backward pass: as many chunks as a software adapter and as a GPU would make of them. */
import * as assert from 'uvu/assert';
import { Graph } from '../../src/autograd/graph.js';
import {
  epilogueGradient,
  pointwiseGradient,
  scaleGradient,
} from '../../src/autograd/ops/channel-gradients.js';
import type { Shape, Tensor } from '../../src/autograd/tensor.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { assertClose } from './compare.js';
import { runLowered } from './run-lowered.js';
import { positive, randomFrom, randomValues, signed } from './values.js';

const TOLERANCE = 1e-5;

export const cases: TestCase[] = [
  { name: 'channel gradients, channels in fours', run: (t) => alike(t, [2, 41, 40, 8]) },
  { name: 'channel gradients, odd channels', run: (t) => alike(t, [1, 67, 33, 3]) },
  ...[8, 5].map((channels) => ({
    name: `channel gradients of so few pixels that a thread sums all, ${channels} channels`,
    run: (t: TestContext) => inOneSum(t, channels),
  })),
];

/** Against the sums of chunks, as hardware makes them. */
async function inOneSum(t: TestContext, channels: number): Promise<void> {
  const totals = ({ plans }: { readonly plans: readonly { readonly kernel: string }[] }) =>
    plans.filter(({ kernel }) => kernel.includes('total')).length;
  const one = await gradientsOf(t, [2, 8, 8, channels], true);
  assert.is(totals(one), 0);
  const chunked = await gradientsOf(t, [2, 8, 8, channels], false);
  assert.is(totals(chunked), 3);
  chunked.outputs.forEach((values, at) => {
    assertClose(`output ${at}`, values, one.outputs[at]!, TOLERANCE);
  });
}

async function alike(t: TestContext, shape: Shape): Promise<void> {
  const [few, many] = [await gradientsOf(t, shape, true), await gradientsOf(t, shape, false)];
  const totals = ({ plans }: typeof few) =>
    plans.flatMap(({ kernel }) => (kernel.includes('total') ? kernel : [])).join(' ');
  if (totals(few) === totals(many)) throw new Error('hardware sums as software adapters do');
  many.outputs.forEach((values, at) => {
    assertClose(`output ${at}`, values, few.outputs[at]!, TOLERANCE);
  });
}

/** Of software adapters the kernels are checked against plain loops, with the convolutions that they are part of. */
function gradientsOf(t: TestContext, shape: Shape, software: boolean) {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const random = randomFrom('channel gradients');
  const graph = new Graph();
  const drawn = new Map<Tensor, Float32Array>();
  const variable = (name: string, dims: Shape, draw = signed) => {
    const tensor = graph.variable(name, dims);
    drawn.set(tensor, Float32Array.from(randomValues(dims, random, draw).data));
    return tensor;
  };
  const [x, y] = [variable('x', shape), variable('y', shape)];
  const scales = variable('scales', [batch, channels], positive);
  const bias = variable('bias', [channels]);
  const map = variable('noise', [height, width]);
  const activation = { slope: 0.2, gain: Math.SQRT2, limit: 0.9 };
  const epilogue = { scaleOut: scales, bias, noise: { map, strength: 0.1 }, activation };
  const { du, dscaleOut } = epilogueGradient(variable('dy', shape), y, epilogue, true);
  const scaled = scaleGradient(variable('dv', shape), x, scales);
  const outs = variable('outs', [batch, height, width, 3]);
  const weight = variable('weight', [3, channels, 1, 1]);
  const pointwise = pointwiseGradient(outs, x, scales, weight, undefined);
  const outputs = [du, dscaleOut!, scaled.dx, scaled.dscaleIn, pointwise.dx, pointwise.dscaleIn];
  return runLowered(t, graph, drawn, outputs, software);
}

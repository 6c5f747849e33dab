/** Demodulation and styles: with as many loads at once as a software adapter and as a GPU would ask for. */
import * as assert from 'uvu/assert';
import { gradients } from '../../src/autograd/gradients.js';
import { Graph } from '../../src/autograd/graph.js';
import { demodulation } from '../../src/autograd/ops/demodulation.js';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import { styles } from '../../src/autograd/ops/styles.js';
import type { Tensor } from '../../src/autograd/tensor.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { assertClose } from './compare.js';
import { runLowered } from './run-lowered.js';
import { positive, randomFrom, randomValues, signed } from './values.js';

const TOLERANCE = 1e-5;

export const cases: TestCase[] = [8, 19, 5].map((channels) => ({
  name: `demodulation and styles of ${channels} channels`,
  run: (t) => alike(t, channels),
}));

async function alike(t: TestContext, channels: number): Promise<void> {
  const [few, many] = [await run(t, channels, true), await run(t, channels, false)];
  const loads = ({ plans }: typeof few) => plans.flatMap(({ constants }) => constants.LOADS ?? []);
  assert.equal(new Set(loads(few)), new Set([1]));
  assert.equal(new Set(loads(many)), new Set([8]));
  assert.is(loads(many).length, 4, 'demodulation and styles, both ways');
  many.outputs.forEach((values, at) => {
    assertClose(`output ${at}`, values, few.outputs[at]!, TOLERANCE);
  });
}

/** Of software adapters the kernels are checked against recorded values, with the generators that they are part of. */
function run(t: TestContext, channels: number, software: boolean) {
  const width = channels + 3;
  const random = randomFrom(`loads of ${channels}`);
  const drawn = (shape: readonly number[], draw = signed) =>
    Float32Array.from(randomValues(shape, random, draw).data);
  const graph = new Graph();
  const code = graph.variable('code', [2, 1, width]);
  const layer = { row: 0, weight: drawn([channels, width]), bias: drawn([channels], positive) };
  const [style] = styles(code, [layer]) as [Tensor];
  const weight = graph.constant('weight', [11, channels, 3, 3], drawn([11, channels, 3, 3]));
  const d = demodulation(style, weight, 1e-8);
  const loss = meanSquaredError(d, graph.filled(d.shape, 1));
  const [dcode] = gradients(loss, [code]) as [Tensor];
  return runLowered(t, graph, new Map([[code, drawn([2, 1, width])]]), [d, dcode], software);
}

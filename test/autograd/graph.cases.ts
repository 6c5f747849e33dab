/** Reverse mode and compilation as such: sums over uses, frozen parts, what is left out, what is refused. */
import * as assert from 'uvu/assert';
import { compile } from '../../src/autograd/compile.js';
import { gradients } from '../../src/autograd/gradients.js';
import { Graph } from '../../src/autograd/graph.js';
import { activate } from '../../src/autograd/ops/activate.js';
import { UNLIMITED } from '../../src/autograd/ops/activation.js';
import { convolution } from '../../src/autograd/ops/convolution.js';
import { copyInto } from '../../src/autograd/ops/copy.js';
import { add, clip, scale } from '../../src/autograd/ops/elementwise.js';
import { featureDistance } from '../../src/autograd/ops/feature-distance.js';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import { styles } from '../../src/autograd/ops/styles.js';
import type { Tensor } from '../../src/autograd/tensor.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { assertClose } from './compare.js';

/** Compiles, runs once over `inputs`, reads `outputs`, and sees that no buffer is left. */
async function evaluate(
  t: TestContext,
  graph: Graph,
  inputs: ReadonlyMap<Tensor, number[]>,
  outputs: readonly Tensor[],
): Promise<Float32Array[]> {
  const device = await t.device();
  const before = device.memory;
  const executable = await compile(device, graph, {
    name: 'evaluation',
    outputs,
    variables: [...inputs.keys()],
  });
  for (const [variable, data] of inputs) executable.write(variable, Float32Array.from(data));
  executable.run();
  const read = await Promise.all(outputs.map((output) => executable.read(output)));
  executable.destroy();
  const after = device.memory;
  if (after.buffers !== before.buffers || after.bytes !== before.bytes) {
    throw new Error(
      `${after.buffers - before.buffers} buffers of ${after.bytes - before.bytes} bytes are left`,
    );
  }
  return read;
}

async function assertThrows(what: string, body: () => unknown, message: RegExp): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (message.test((error as Error).message)) return;
    throw new Error(`${what}: said '${(error as Error).message}', wanted ${message}`);
  }
  throw new Error(`${what}: nothing was thrown`);
}

export const cases: TestCase[] = [
  {
    name: 'gradients of several uses add up',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [1, 3]);
      // 3x used twice, and x itself: loss = |3x + (3x + x)|² = 49 |x|²
      const tripled = scale(x, 3);
      const sum = add(tripled, add(tripled, x));
      const loss = meanSquaredError(sum, graph.filled([1, 3], 0), 1);
      const [dx] = gradients(loss, [x]);
      const [scaled] = gradients(loss, [x], 2 ** 16);
      const [value, gradient, larger] = await evaluate(t, graph, new Map([[x, [1, -2, 0.5]]]), [
        loss,
        dx,
        scaled,
      ]);
      assert.equal(
        larger,
        gradient.map((each) => 2 ** 16 * each),
        'by the scale of the loss',
      );
      assertClose('loss', value, [49 * 5.25], 1e-6);
      assertClose('gradient', gradient, [98, -196, 49], 1e-6);
    },
  },
  {
    name: 'each sample of a batch has a loss of its own',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [3, 2]);
      const loss = meanSquaredError(x, graph.filled([3, 2], 1));
      const [dx] = gradients(loss, [x]);
      const [value, gradient] = await evaluate(t, graph, new Map([[x, [1, 1, 2, 1, 3, 5]]]), [loss, dx]);
      assertClose('loss', value, [0, 0.5, 10], 1e-6);
      assertClose('gradient', gradient, [0, 0, 1, 0, 2, 4], 1e-6);
    },
  },
  {
    name: 'a gradient of a gradient is not needed, one graph holds two losses',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [1, 2]);
      const y = scale(x, 2);
      const first = meanSquaredError(y, graph.filled([1, 2], 0), 1);
      const [one] = gradients(first, [x]);
      const second = meanSquaredError(y, graph.filled([1, 2], 1), 1);
      const [two] = gradients(second, [x]);
      const [a, b] = await evaluate(t, graph, new Map([[x, [1, 2]]]), [one, two]);
      assertClose('of the first', a, [8, 16], 1e-6);
      assertClose('of the second', b, [4, 12], 1e-6);
    },
  },
  {
    name: 'styles that the loss does not reach count as zero',
    run: async (t) => {
      const graph = new Graph();
      const code = graph.variable('code', [1, 3, 2]);
      const layer = (row: number, channels: number) => ({
        row,
        weight: new Float32Array(channels * 2).fill(row + 1),
        bias: new Float32Array(channels),
      });
      const [, middle] = styles(code, [layer(0, 70), layer(1, 3), layer(2, 65)]);
      const loss = meanSquaredError(middle, graph.filled([1, 3], 0), 1);
      const [dcode] = gradients(loss, [code]);
      const [gradient] = await evaluate(t, graph, new Map([[code, [9, 9, 1, 2, 9, 9]]]), [dcode]);
      // Three channels of 2 (1 + 2) = 6 each: 2 · 6 · 2 · 3
      assertClose('gradient', gradient, [0, 0, 72, 72, 0, 0], 1e-6);
    },
  },
  {
    name: 'parts are joined at their offsets, those that are variables and those that are made',
    run: async (t) => {
      const graph = new Graph();
      const a = graph.variable('a', [3]);
      const b = graph.variable('b', [65]);
      // The same number of elements for each: 3 to 64, none to 64, 65 to 128, then 3 to 64 each.
      const offsets = [0, 64, 128, 256, 320, 384, 448];
      const made = scale(a, 10);
      const shared = scale(a, 100);
      const twice = scale(a, -1);
      const whole = copyInto(graph, [a, undefined, b, made, shared, twice, twice], offsets, 512);
      const ones = new Array(65).fill(1);
      const inputs = new Map([
        [a, [5, 6, 7]],
        [b, ones],
      ]);
      const [read, again] = await evaluate(t, graph, inputs, [whole, scale(shared, 2)]);
      const part = (at: number, count: number) => read.slice(offsets[at], offsets[at]! + count);
      assertClose('a', part(0, 3), [5, 6, 7], 0);
      assertClose('nothing', part(1, 64), new Array(64).fill(0), 0);
      assertClose('b', part(2, 65), ones, 0);
      assertClose('made', part(3, 3), [50, 60, 70], 0);
      assertClose('shared', part(4, 3), [500, 600, 700], 0);
      assertClose('twice', [...part(5, 3), ...part(6, 3)], [-5, -6, -7, -5, -6, -7], 0);
      assertClose('what else reads it', again, [1000, 1200, 1400], 0);
    },
  },
  {
    name: 'one array as the weights of two shapes',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [1, 1, 1, 4]);
      const data = Float32Array.from({ length: 32 }, (_, at) => at);
      const up = convolution(x, graph.constant('weight', [8, 4, 1, 1], data));
      const back = convolution(up, graph.constant('weight', [4, 8, 1, 1], data));
      const [first, second] = await evaluate(t, graph, new Map([[x, [1, 2, 3, 4]]]), [up, back]);
      const multiplied = (rows: number, input: readonly number[]) =>
        Array.from({ length: rows }, (_, row) =>
          input.reduce((sum, value, at) => sum + value * data[row * input.length + at]!, 0),
        );
      const wanted = multiplied(8, [1, 2, 3, 4]);
      assertClose('first', first, wanted, 1e-6);
      assertClose('second', second, multiplied(4, wanted), 1e-6);
    },
  },
  {
    name: 'a graph compiles as often as is wanted; what cannot be read back is told',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [128]);
      const y = scale(x, 2);
      const inputs = new Map([[x, new Array(128).fill(3)]]);
      for (let time = 0; time < 2; time++) {
        const [read] = await evaluate(t, graph, inputs, [y]);
        assertClose('y', read, new Array(128).fill(6), 0);
      }
      const part = graph.view(y, 64, [3]);
      await assertThrows(
        'a part',
        () => evaluate(t, graph, inputs, [part]),
        /a part of another.*scale\(x, 1\)/,
      );
      const frozen = graph.filled([3], 1);
      await assertThrows('a constant', () => evaluate(t, graph, inputs, [frozen]), /is a constant/);
      const between = scale(y, 2);
      await evaluate(t, graph, inputs, [scale(between, 2)]);
      await assertThrows('lowered', () => evaluate(t, graph, inputs, [between]), /is already lowered/);
    },
  },
  {
    name: 'what a view shows is made',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [128]);
      const part = graph.view(scale(x, 2), 64, [3]);
      const inputs = new Map([[x, Array.from({ length: 128 }, (_, at) => at)]]);
      const [read] = await evaluate(t, graph, inputs, [scale(part, 10)]);
      assertClose('part', read, [1280, 1300, 1320], 0);
    },
  },
  {
    name: 'more workgroups than one dimension of a grid holds',
    run: async (t) => {
      const graph = new Graph();
      const size = 65535 * 64 + 65;
      const x = graph.variable('x', [size]);
      const device = await t.device();
      const y = scale(x, 2);
      const executable = await compile(device, graph, { name: 'large', outputs: [y] });
      executable.write(
        x,
        Float32Array.from({ length: size }, (_, at) => at),
      );
      executable.run();
      const read = await executable.read(y);
      executable.destroy();
      const wrong = read.findIndex((value, at) => value !== 2 * at);
      if (wrong >= 0) throw new Error(`element ${wrong} is ${read[wrong]}`);
    },
  },
  {
    name: 'what nothing reads is not run',
    run: async (t) => {
      const device = await t.device();
      const graph = new Graph();
      const x = graph.variable('x', [1, 4]);
      const used = scale(x, 2);
      activate(scale(used, 3), { slope: 0, gain: 1, limit: UNLIMITED });
      const executable = await compile(device, graph, { name: 'dead', outputs: [used] });
      const { length } = executable;
      executable.destroy();
      if (length !== 1) throw new Error(`${length} launches, wanted 1`);
    },
  },
  {
    name: 'frozen weights and frozen images cost no gradient',
    run: () => {
      const graph = new Graph();
      const x = graph.variable('x', [1, 4, 4, 2]);
      const weight = graph.constant('weight', [3, 2, 3, 3], new Float32Array(54).fill(1));
      const target = convolution(graph.filled([1, 4, 4, 2], 1), weight, { padding: 1 });
      const loss = meanSquaredError(convolution(x, weight, { padding: 1 }), target);
      const before = graph.operations.length;
      gradients(loss, [x]);
      const added = graph.operations.slice(before).map(({ name }) => name);
      const wanted = ['∂squared error.difference', '∂convolution.data gradient'];
      if (added.join() !== wanted.join()) throw new Error(`added ${added}, wanted ${wanted}`);
    },
  },
  {
    name: 'two runs give the same bytes',
    run: async (t) => {
      const device = await t.device();
      const graph = new Graph();
      const x = graph.variable('x', [1, 19, 23, 5]);
      const loss = meanSquaredError(x, graph.filled(x.shape, 0.3));
      const executable = await compile(device, graph, { name: 'twice', outputs: [loss] });
      executable.write(
        x,
        Float32Array.from({ length: x.size }, (_, at) => Math.sin(at)),
      );
      const read: number[] = [];
      for (let run = 0; run < 3; run++) {
        executable.run();
        read.push((await executable.read(loss))[0]);
      }
      executable.destroy();
      if (new Set(read).size !== 1) throw new Error(`runs differ: ${read}`);
    },
  },
  {
    name: 'what cannot be differentiated or does not fit is refused',
    run: async (t) => {
      const graph = new Graph();
      const x = graph.variable('x', [1, 4]);
      const y = graph.variable('y', [1, 4]);
      const loss = meanSquaredError(clip(x, -1, 1), y);
      await assertThrows('clip', () => gradients(loss, [x]), /'scale' has no gradient/);
      const other = meanSquaredError(scale(x, 2), graph.filled([1, 4], 0));
      await assertThrows('no path', () => gradients(other, [y]), /does not depend on 'y'/);
      const [a, b] = [graph.variable('a', [1, 1, 1, 4]), graph.variable('b', [1, 1, 1, 4])];
      const far = featureDistance(a, b, graph.filled([4], 1));
      await assertThrows('target', () => gradients(far, [a, b]), /no gradient flows to its target/);
      await assertThrows('twice', () => gradients(meanSquaredError(x, x), [x]), /'x' stands at two places/);
      await assertThrows('not a loss', () => gradients(x, [x]), /'x' is \[1, 4\], wanted \[any\]/);
      await assertThrows('shapes', () => add(x, graph.filled([4, 1], 0)), /is \[4, 1\], wanted \[1, 4\]/);
      await assertThrows('size', () => graph.constant('c', [2, 2], new Float32Array(3)), /'c': 3 values/);
      await assertThrows('shape', () => graph.variable('v', [0, 2]), /'v'/);
      const device = await t.device();
      const executable = await compile(device, graph, { name: 'refusals', outputs: [other] });
      await assertThrows(
        'write',
        () => executable.write(x, new Float32Array(3)),
        /3 values for shape \[1, 4\]/,
      );
      await assertThrows('read', () => executable.read(loss), /not kept/);
      executable.destroy();
      await assertThrows('destroyed', () => executable.run(), /'refusals' has been destroyed/);
    },
  },
];

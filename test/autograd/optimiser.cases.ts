/** What changes from step to step: Adam, the step counter, the history, assignments. */
import { adam } from '../../src/autograd/adam.js';
import { compile, type Executable } from '../../src/autograd/compile.js';
import { gradients } from '../../src/autograd/gradients.js';
import { Graph } from '../../src/autograd/graph.js';
import { assign } from '../../src/autograd/ops/copy.js';
import { add, clip, scale } from '../../src/autograd/ops/elementwise.js';
import { advance, record, stepCounter } from '../../src/autograd/ops/history.js';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import type { Tensor } from '../../src/autograd/tensor.js';
import { TensorFile } from '../../src/io/safetensors.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { assertClose } from './compare.js';
import { TOLERANCE } from './operation.js';
import { adamStep } from './reference/rows.js';
import { randomFrom, randomValues, signed } from './values.js';

type Run = (t: TestContext, graph: Graph, open: Open) => Promise<void>;
type Open = (outputs: readonly Tensor[], variables?: readonly Tensor[]) => Promise<Executable>;

/** A case with a graph, and what it compiles destroyed at its end. */
function traced(name: string, run: Run): TestCase {
  return {
    name,
    run: async (t) => {
      const device = await t.device();
      const graph = new Graph();
      const opened: Executable[] = [];
      try {
        await run(t, graph, async (outputs, variables = []) => {
          const executable = await compile(device, graph, { name, outputs, variables });
          opened.push(executable);
          return executable;
        });
      } finally {
        for (const executable of opened) executable.destroy();
      }
    },
  };
}

async function countOf(executable: Executable, counter: Tensor): Promise<number> {
  return new Uint32Array((await executable.read(counter)).buffer)[0];
}

function assertEqual<T>(what: string, actual: T, expected: T): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, wanted ${b}`);
}

/** The rate that record_operations.py uses. */
const RECORDED_STEPS = 8;
const recordedRate = (step: number): number => (0.05 * (1 + step)) / RECORDED_STEPS;

export const cases: TestCase[] = [
  traced('adam over eight steps, recorded', async (t, graph, open) => {
    const fixture = TensorFile.parse(await t.fixture('operations'), 'operations.safetensors');
    const stored = (key: string) => fixture.floats(`adam/${key}`);
    const [width, given, trace] = [37, stored('gradients'), stored('values')];
    const parameter = graph.variable('parameter', [width]);
    const gradient = graph.variable('gradient', [width]);
    const counter = stepCounter(graph);
    const moments = adam(parameter, gradient, counter, { learningRate: recordedRate, steps: RECORDED_STEPS });
    advance(counter);
    const executable = await open([]);
    executable.write(parameter, stored('start').slice());
    for (let step = 0; step < RECORDED_STEPS; step++) {
      const row = (all: Float32Array) => all.slice(step * width, (step + 1) * width);
      executable.write(gradient, row(given));
      executable.run();
      assertClose(`after step ${step}`, await executable.read(parameter), row(trace), 1e-6);
    }
    assertClose('first moment', await executable.read(moments.first), stored('first'), 1e-6);
    assertClose('second moment', await executable.read(moments.second), stored('second'), 1e-6);
    assertEqual('steps counted', await countOf(executable, counter), RECORDED_STEPS);
  }),

  traced('adam with betas of its own, resumed, past the end of its schedule', async (_, graph, open) => {
    const random = randomFrom('adam');
    const size = 5;
    const options = { beta1: 0.8, beta2: 0.99, epsilon: 1e-3 };
    const learningRate = (step: number) => 0.1 / (1 + step);
    const steps = 4;
    const parameter = graph.variable('parameter', [size]);
    const gradient = graph.variable('gradient', [size]);
    const counter = stepCounter(graph);
    const moments = adam(parameter, gradient, counter, { learningRate, steps, ...options });
    advance(counter);
    const executable = await open([]);
    const states = Array.from({ length: size }, () => ({
      value: Math.fround(signed(random)),
      first: Math.fround(signed(random)),
      second: Math.fround(random()),
    }));
    const column = (key: 'value' | 'first' | 'second') =>
      Float32Array.from(states.map((state) => state[key]));
    executable.write(parameter, column('value'));
    executable.write(moments.first, column('first'));
    executable.write(moments.second, column('second'));
    executable.write(counter, new Uint32Array([2]));
    for (let step = 2; step < 7; step++) {
      const drawn = randomValues([size], random).data;
      executable.write(gradient, Float32Array.from(drawn));
      executable.run();
      // Rate and corrections stay at the last entry.
      const t = Math.min(step, steps - 1);
      for (const [at, state] of states.entries()) adamStep(state, drawn[at], t, learningRate(t), options);
      assertClose(`after step ${step}`, await executable.read(parameter), column('value'), TOLERANCE);
    }
  }),

  traced(
    'adam with a constant rate: any number of steps, long after the bias corrections',
    async (_, graph, open) => {
      const learningRate = 0.01;
      const parameter = graph.variable('parameter', [3]);
      const gradient = graph.variable('gradient', [3]);
      const counter = stepCounter(graph);
      const moments = adam(parameter, gradient, counter, { learningRate });
      advance(counter);
      const executable = await open([]);
      const drawn = [0.5, -0.25, 2];
      executable.write(gradient, Float32Array.from(drawn));
      for (const step of [0, 1, 1200, 17319, 17320, 17321, 1000000]) {
        const states = drawn.map((value) => ({ value, first: value / 2, second: value ** 2 / 4 }));
        executable.write(parameter, Float32Array.from(drawn));
        executable.write(
          moments.first,
          Float32Array.from(states, ({ first }) => first),
        );
        executable.write(
          moments.second,
          Float32Array.from(states, ({ second }) => second),
        );
        executable.write(counter, new Uint32Array([step]));
        executable.run();
        const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        for (const [at, state] of states.entries()) adamStep(state, drawn[at], step, learningRate, options);
        const wanted = Float32Array.from(states, ({ value }) => value);
        assertClose(`at step ${step}`, await executable.read(parameter), wanted, TOLERANCE);
      }
    },
  ),

  traced('adam over several workgroups finds the minimum of a square', async (_, graph, open) => {
    const shape = [1, 200];
    const target = randomValues(shape, randomFrom('target'));
    const code = graph.variable('code', shape);
    const counter = stepCounter(graph);
    const loss = meanSquaredError(code, graph.constant('target', shape, Float32Array.from(target.data)));
    const [gradient] = gradients(loss, [code]);
    adam(code, gradient, counter, { learningRate: (step) => 0.1 * 0.97 ** step, steps: 200 });
    advance(counter);
    const executable = await open([loss]);
    for (let step = 0; step < 200; step++) executable.run();
    assertClose('code', await executable.read(code), target.data, 1e-2, shape);
    const [final] = await executable.read(loss);
    if (!(final < 1e-5)) throw new Error(`loss is still ${final}`);
  }),

  traced('history keeps the last steps', async (_, graph, open) => {
    const first = graph.variable('first', [2]);
    const second = graph.variable('second', [1]);
    const counter = stepCounter(graph);
    const ring = record([first, scale(second, 10)], counter, 3);
    advance(counter);
    const executable = await open([]);
    for (let step = 0; step < 5; step++) {
      executable.write(first, new Float32Array([step, step + 0.5]));
      executable.write(second, new Float32Array([step]));
      executable.run();
    }
    assertEqual('ring', [...(await executable.read(ring))], [3, 3.5, 30, 4, 4.5, 40, 2, 2.5, 20]);
    assertEqual('steps counted', await countOf(executable, counter), 5);
  }),

  traced('assign after an effect sees what the effect has written', async (_, graph, open) => {
    const code = graph.variable('code', [70]);
    const step = graph.variable('step', [70]);
    assign(code, add(code, step));
    assign(code, clip(code, -1, 1));
    const executable = await open([]);
    executable.write(step, new Float32Array(70).fill(0.4));
    for (let run = 0; run < 2; run++) executable.run();
    assertClose('two steps', await executable.read(code), new Array(70).fill(0.8), 1e-6);
    executable.run();
    assertEqual('clipped', [...(await executable.read(code))], new Array(70).fill(1));
  }),
];

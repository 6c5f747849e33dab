/**
 * The check that every operation goes through. With random values: its result against a plain float64 reference, its
 * gradients against central differences of that reference. With values recorded from PyTorch: both against those.
 */
import { compile } from '../../src/autograd/compile.js';
import { gradients } from '../../src/autograd/gradients.js';
import { Graph } from '../../src/autograd/graph.js';
import { scale } from '../../src/autograd/ops/elementwise.js';
import { type Shape, sizeOf, type Tensor } from '../../src/autograd/tensor.js';
import { TensorFile } from '../../src/io/safetensors.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { assertClose } from './compare.js';
import { type Random, randomFrom, randomValues, signed, type Values, values } from './values.js';

type Named<T> = Readonly<Record<string, T>>;

export interface OperationTest {
  readonly name: string;
  /** What gradients are taken of, and what is frozen. */
  readonly variables: Named<Shape>;
  readonly constants?: Named<Shape>;
  /** How to draw values other than uniformly from [-1, 1). */
  readonly draw?: Named<(random: Random) => number>;
  readonly build: (tensors: Named<Tensor>, graph: Graph) => Tensor | readonly Tensor[];
  readonly reference: (values: Named<Values>) => Values | readonly Values[];
  /** Compare with test/fixtures/operations.safetensors as well, or only (where differences make no sense). */
  readonly recorded?: boolean | 'only';
}

/** Of the largest value: float32 sums of some hundred terms are ten times closer. */
export const TOLERANCE = 1e-5;
/** Between float64 here and there; fixtures are stored as float32. */
const STORED = 1e-6;
/** Entries of a gradient that are compared with differences; more would only take time. */
const PROBES = 24;
const STEP = 1e-6;

export function casesOf(tests: readonly OperationTest[]): TestCase[] {
  return tests.flatMap((test) => [
    ...(test.recorded === 'only'
      ? []
      : [{ name: test.name, run: (t: TestContext) => checkAgainstReference(t, test) }]),
    ...(test.recorded
      ? [{ name: `${test.name}, recorded`, run: (t: TestContext) => checkAgainstRecorded(t, test) }]
      : []),
  ]);
}

async function checkAgainstReference(t: TestContext, test: OperationTest): Promise<void> {
  const random = randomFrom(test.name);
  const inputs = drawInputs(test, random);
  const wanted = listOf(test.reference(inputs));
  const weights = wanted.map(({ shape }) => randomValues(shape, random));
  const result = await runOperation(t, test, inputs, weights);
  result.outputs.forEach((output, at) => {
    assertClose(`output ${at}`, output, wanted[at].data, TOLERANCE, wanted[at].shape);
  });
  t.record('outputs', joined(result.outputs), { relativeL2: TOLERANCE });
  t.record('gradients', joined(Object.values(result.gradients)), { relativeL2: TOLERANCE });

  const projection = (changed: Named<Values>): number =>
    listOf(test.reference(changed)).reduce((sum, { data }, at) => sum + dot(data, weights[at].data), 0);
  for (const [name, shape] of Object.entries(test.variables)) {
    const gradient = result.gradients[name];
    const slope = (direction: Float64Array): number => {
      const moved = (step: number) =>
        projection({
          ...inputs,
          [name]: values(
            shape,
            inputs[name].data.map((value, at) => value + step * direction[at]),
          ),
        });
      return (moved(STEP) - moved(-STEP)) / (2 * STEP);
    };
    const size = sizeOf(shape);
    const probes = Array.from({ length: Math.min(size, PROBES) }, (_, at) =>
      size <= PROBES ? at : Math.floor(random() * size),
    );
    const slopes = probes.map((at) => slope(new Float64Array(size).fill(1, at, at + 1)));
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // One more entry that holds the scale: probes may all be small.
    assertClose(
      `d ${name} at ${probes}`,
      [...probes.map((at) => gradient[at]), largest],
      [...slopes, largest],
      TOLERANCE,
    );
    const direction = randomValues(shape, random).data;
    const along = dot(gradient, direction);
    const length = Math.sqrt(dot(gradient, gradient) * dot(direction, direction));
    assertClose(`d ${name} along a random direction`, [along, length], [slope(direction), length], TOLERANCE);
  }
}

async function checkAgainstRecorded(t: TestContext, test: OperationTest): Promise<void> {
  const fixture = TensorFile.parse(await t.fixture('operations'), 'operations.safetensors');
  const stored = (key: string, shape: Shape) => values(shape, fixture.floats(`${test.name}/${key}`, shape));
  const inputs = Object.fromEntries(
    Object.entries({ ...test.variables, ...test.constants }).map(([name, shape]) => [
      name,
      stored(name, shape),
    ]),
  );
  const ours = listOf(test.reference(inputs));
  const wanted = ours.map(({ shape }, at) => stored(`out${at}`, shape));
  ours.forEach(({ data, shape }, at) => {
    assertClose(`the reference's output ${at}`, data, wanted[at].data, STORED, shape);
  });
  const weights = ours.map(({ shape }, at) => stored(`dout${at}`, shape));
  const result = await runOperation(t, test, inputs, weights);
  result.outputs.forEach((output, at) => {
    assertClose(`output ${at}`, output, wanted[at].data, TOLERANCE, wanted[at].shape);
  });
  for (const [name, shape] of Object.entries(test.variables)) {
    assertClose(`d ${name}`, result.gradients[name], stored(`d${name}`, shape).data, TOLERANCE, shape);
  }
}

function drawInputs({ variables, constants, draw }: OperationTest, random: Random): Named<Values> {
  return Object.fromEntries(
    Object.entries({ ...variables, ...constants }).map(([name, shape]) => [
      name,
      randomValues(shape, random, draw?.[name] ?? signed),
    ]),
  );
}

/** Outputs, and gradients of Σ weights · outputs; computed twice, first over other values, so that nothing left over counts. */
async function runOperation(
  t: TestContext,
  test: OperationTest,
  inputs: Named<Values>,
  weights: readonly Values[],
): Promise<{ outputs: Float32Array[]; gradients: Named<Float32Array> }> {
  const device = await t.device();
  const graph = new Graph();
  const variables = mapNamed(test.variables, (shape, name) => graph.variable(name, shape));
  const constants = mapNamed(test.constants ?? {}, (shape, name) =>
    graph.constant(name, shape, Float32Array.from(inputs[name].data)),
  );
  const outputs = listOf(test.build({ ...variables, ...constants }, graph));
  const names = Object.keys(variables);
  const derived = projected(outputs, weights, Object.values(variables));
  const executable = await compile(device, graph, { name: test.name, outputs: [...outputs, ...derived] });
  try {
    for (const name of names)
      executable.write(variables[name], new Float32Array(sizeOf(test.variables[name])).fill(0.75));
    executable.run();
    for (const tensor of [...outputs, ...derived]) {
      executable.write(tensor, new Float32Array(tensor.size).fill(Number.NaN));
    }
    for (const name of names) executable.write(variables[name], Float32Array.from(inputs[name].data));
    executable.run();
    const read = await Promise.all([...outputs, ...derived].map((tensor) => executable.read(tensor)));
    return {
      outputs: read.slice(0, outputs.length),
      gradients: Object.fromEntries(names.map((name, at) => [name, read[outputs.length + at]])),
    };
  } finally {
    executable.destroy();
  }
}

/** Gradients of Σ weights · outputs, which is itself never computed. */
function projected(
  outputs: readonly Tensor[],
  weights: readonly Values[],
  variables: readonly Tensor[],
): Tensor[] {
  if (variables.length === 0) return [];
  const { graph } = outputs[0];
  const [loss] = graph.operation({
    name: 'projection',
    inputs: outputs,
    shapes: [[1]],
    lower: () => {
      throw new Error('nothing asks for the projection');
    },
    backward: () =>
      outputs.map(({ shape }, at) => graph.constant('weights', shape, Float32Array.from(weights[at].data))),
  });
  // What passes through unchanged is a constant, which cannot be read back: copied.
  return gradients(loss, variables).map((gradient) =>
    gradient.content.kind === 'value' ? gradient : scale(gradient, 1),
  );
}

function listOf<T extends Tensor | Values>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? one : [one as T];
}

function mapNamed<A, B>(record: Named<A>, map: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  return Float32Array.from(arrays.flatMap((array) => [...array]));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

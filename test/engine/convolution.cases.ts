/** The fast convolution kernels against the plain one, and cut convolutions against whole ones. */
import type { AdapterFacts } from '../../src/engine/adapter.js';
import { type ConvolutionPlan, convolutionPlans } from '../../src/engine/plans/convolution/plan.js';
import { type ConvolutionShape, phaseFlops, phasesOf } from '../../src/engine/plans/convolution/shape.js';
import { assertClose } from '../autograd/compare.js';
import { randomFrom } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { bareLaunches, drawOperands, runPlan, shapeOf, TRIES, type Try } from './convolution-tries.js';

/** Of the largest output. The kernels add the same products in other orders: some hundred roundings of 6e-8. */
const TOLERANCE = 1e-5;

/** With and without everything around the sum. */
const AROUND = [
  { name: 'alone', full: false },
  { name: 'with scales, noise, bias, activation', full: true },
];

const CUT: readonly Try[] = [
  { name: '3×3', batch: 3, height: 13, width: 6, into: 8, out: 12 },
  { name: 'gradient of 3×3', batch: 2, height: 9, width: 9, into: 7, out: 8, transposed: true },
  { name: 'stride 2', batch: 2, height: 11, width: 9, into: 8, out: 8, stride: 2 },
  { name: 'sums in parts', batch: 2, height: 5, width: 4, into: 72, out: 8 },
  {
    name: 'transposed, stride 2',
    batch: 2,
    height: 5,
    width: 4,
    into: 8,
    out: 8,
    stride: 2,
    transposed: true,
  },
];

export const cases: TestCase[] = [
  ...TRIES.flatMap((each) =>
    AROUND.map(({ name, full }) => ({
      name: `${each.name}, ${name}`,
      run: (t: TestContext) => compareKernels(t, each, full),
    })),
  ),
  ...CUT.map((each) => ({
    name: `cutting: ${each.name} gives the same bytes`,
    run: (t: TestContext) => cutsAreTheSame(t, each),
  })),
  { name: 'more tiles than a grid is high', run: tallGrids },
];

/** A grid of two rows, whose last tile has no pixels: of two images the first is made, and the second must stay as it was. */
async function tallGrids(t: TestContext): Promise<void> {
  const device = await t.device();
  const shape = shapeOf({ name: '', batch: 2, height: 1, width: 32 * 65537 - 5, into: 4, out: 4, kernel: 1 });
  const image = 4 * shape.inWidth;
  const x = Float32Array.from({ length: 2 * image }, (_, at) => 1 + (at % 1013));
  const ones = new Float32Array(8).fill(1);
  const weight = Float32Array.of(1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4); // [O, I]
  const arrays = { x, scaleIn: ones, scaleOut: ones, noise: new Float32Array(1), bias: new Float32Array(4) };
  const operands = {
    arrays,
    weight,
    swap: false,
    params: { noiseStrength: 0, slope: 1, gain: 1, limit: 3e38 },
  };
  for (const kernel of ['conv_subgroup', 'conv_texture']) {
    const plan = convolutionPlans(shape, device.facts).find((each) => each.kernel === kernel);
    if (!plan) continue; // an adapter without subgroups, or without textures for them
    const options = { mostFlops: 8 * image };
    const [, , rows] = bareLaunches(shape, plan, options)[0]!.workgroups;
    expect(`${plan.name}: a grid of several rows`, rows > 1, true);
    const y = await runPlan(device, shape, plan, operands, options, 1);
    const wanted = (at: number) => (at < image ? ((at % 4) + 1) * x[at]! : Number.NaN); // as it was
    const wrong = y.findIndex((value, at) => !Object.is(value, wanted(at)));
    expect(`${plan.name}: the first element that is wrong`, wrong, -1);
  }
}

async function compareKernels(t: TestContext, each: Try, full: boolean): Promise<void> {
  const device = await t.device();
  const shape = shapeOf(each);
  const plans = plansOf(shape, device.facts);
  const plain = plans.find(({ kernel }) => kernel === 'conv');
  if (!plain) throw new Error('the plain kernel runs everything');
  const operands = drawOperands(shape, full, randomFrom(each.name));
  const wanted = await runPlan(device, shape, plain, operands);
  const dims = [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels];
  for (const plan of plans.filter((plan) => plan !== plain)) {
    assertClose(plan.name, await runPlan(device, shape, plan, operands), wanted, TOLERANCE, dims);
  }
}

/** Those of an adapter without subgroups, too. */
function plansOf(shape: ConvolutionShape, facts: AdapterFacts): ConvolutionPlan[] {
  const plans = convolutionPlans(shape, facts);
  const names = new Set(plans.map(({ name }) => name));
  const others = convolutionPlans(shape, { ...facts, subgroupSize: 0 });
  return [...plans, ...others.filter(({ name }) => !names.has(name))];
}

/** Cut into single rows, and into as much as whole images, a convolution gives the same bytes. */
async function cutsAreTheSame(t: TestContext, each: Try): Promise<void> {
  const device = await t.device();
  const shape = shapeOf(each);
  const operands = drawOperands(shape, true, randomFrom(each.name));
  const heaviest = Math.max(...phasesOf(shape).map((phase) => phaseFlops(shape, phase)));
  for (const plan of plansOf(shape, device.facts)) {
    const whole = await runPlan(device, shape, plan, operands);
    const launches = bareLaunches(shape, plan).length;
    for (const mostFlops of [1, heaviest / shape.batch]) {
      const count = bareLaunches(shape, plan, { mostFlops }).length;
      expect(`${plan.name}: cut at ${mostFlops}`, count > launches, true);
      const cut = await runPlan(device, shape, plan, operands, { mostFlops });
      const other = cut.findIndex((value, at) => !Object.is(value, whole[at]));
      expect(`${plan.name} in ${count} launches: the first element that differs`, other, -1);
    }
  }
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, wanted ${wanted}`);
}

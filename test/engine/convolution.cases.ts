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
];

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

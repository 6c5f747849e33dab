/** Convolutions with their weights in half precision: the same kernels, the same sums, of rounded weights. */
import { takesHalves, withHalfWeights } from '../../src/engine/plans/convolution/half-weights.js';
import { convolutionPlans, isWinograd } from '../../src/engine/plans/convolution/plan.js';
import { floatToHalf, halfToFloat } from '../../src/half.js';
import { assertClose } from '../autograd/compare.js';
import { randomFrom } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { drawOperands, runPlan, shapeOf, TRIES } from './convolution-tries.js';

const NAMES = [
  '3×3, ragged',
  '1×1 from an image',
  '3×3, few pixels of many channels',
  'transposed, stride 2',
  'gradient of 3×3',
];

/** Of the largest output: Winograd's transformed weights are rounded, by half of 2^-11 each, and their errors are added up with factors. */
const WINOGRAD_TOLERANCE = 6e-3;

export const cases: TestCase[] = [
  ...NAMES.map((name) => ({
    name: `${name}: of weights that are halves the same bytes, with Winograd as good as rounding`,
    run: (t: TestContext) => compareHalves(t, name),
  })),
  { name: 'a weight beyond the largest half is refused', run: tooLarge },
];

async function compareHalves(t: TestContext, name: string): Promise<void> {
  const device = await t.device();
  const shape = shapeOf(TRIES.find((each) => each.name === name)!);
  const drawn = drawOperands(shape, true, randomFrom(`halves of ${name}`));
  const operands = { ...drawn, weight: halfToFloat(floatToHalf(drawn.weight)) };
  const dims = [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels];
  for (const plan of convolutionPlans(shape, device.facts)) {
    if (!takesHalves(plan)) continue;
    const half = withHalfWeights(plan);
    expect(`${plan.name}: bytes of the weights`, half.weightBytes, plan.weightBytes / 2);
    const wanted = await runPlan(device, shape, plan, operands);
    const found = await runPlan(device, shape, half, operands);
    if (isWinograd(plan)) assertClose(plan.name, found, wanted, WINOGRAD_TOLERANCE, dims);
    const other = found.findIndex((value, at) => !Object.is(value, wanted[at]));
    expect(`${plan.name}: whether the bytes are the same`, other === -1, !isWinograd(plan));
  }
}

async function tooLarge(t: TestContext): Promise<void> {
  const device = await t.device();
  const shape = shapeOf(TRIES[0]!);
  const operands = drawOperands(shape, false, randomFrom('too large'));
  operands.weight[5] = 7e4;
  const plan = withHalfWeights(
    convolutionPlans(shape, device.facts).find((each) => !isWinograd(each) && takesHalves(each))!,
  );
  const message = await runPlan(device, shape, plan, operands).then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
  expect('the message names the limit', message.includes('65,504'), true);
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, wanted ${wanted}`);
}

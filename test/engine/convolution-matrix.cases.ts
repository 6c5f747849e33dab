/** Convolutions on matrix units, where the adapter offers them; elsewhere, that asking for them is refused. */
import { openDevice } from '../../src/engine/device.js';
import {
  type ConvolutionPlan,
  convolutionPlans,
  isWinograd,
} from '../../src/engine/plans/convolution/plan.js';
import type { ConvolutionShape } from '../../src/engine/plans/convolution/shape.js';
import { floatToHalf, halfToFloat } from '../../src/half.js';
import { assertClose } from '../autograd/compare.js';
import { randomFrom } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { drawOperands, type Operands, runPlan, shapeOf, TRIES, type Try } from './convolution-tries.js';

/** Of the largest output, which is cut off at 4, of operands that are halves already: only the order of the sums, up to 60, differs. */
const EXACT = 5e-5;
/** The same with each operand rounded by up to 2^-11 of itself. */
const ROUNDED = 1e-2;

const MORE: readonly Try[] = [
  { name: '3×3, several tiles', height: 17, width: 13, into: 72, out: 131 },
  { name: 'in parts', height: 8, width: 8, into: 512, out: 64 },
];

export const cases: TestCase[] = [
  { name: 'matrix units: refused where the adapter has none, else as the plain kernel', seconds: 300, run },
];

async function run(t: TestContext): Promise<void> {
  const both = await openDevice({ matrixUnits: true, subgroups: false }).catch((error: Error) => error);
  if (!(both instanceof Error)) throw new Error('matrix units without subgroups are not refused');
  if (!/without subgroups/.test(both.message)) throw both;
  const plain = await t.device();
  const device = await openDevice({ matrixUnits: true }).catch((error: Error) => error);
  if (device instanceof Error) {
    if (!/^Matrix units are wanted, which .* does not offer/.test(device.message)) throw device;
    t.log(`not compared: ${device.message}`);
    return;
  }
  try {
    const tries = [...TRIES, ...MORE].filter(({ into }) => into % 4 === 0);
    for (const each of tries) {
      const shape = shapeOf(each);
      const plans = matrixPlans(convolutionPlans(shape, device.facts));
      if (plans.length === 0) throw new Error(`${each.name}: no plan by matrix units`);
      for (const plan of plans) {
        const drawn = drawOperands(shape, true, randomFrom(`matrix units, ${each.name}`));
        const compare = async (operands: Operands, tolerance: number) => {
          const found = await runPlan(device, shape, plan, operands);
          const wanted = await runPlan(plain, shape, reference(shape), operands);
          assertClose(`${each.name}, ${plan.name}`, found, wanted, tolerance, outputsOf(shape));
        };
        await compare(halvesOf(drawn), EXACT);
        await compare(drawn, ROUNDED);
      }
    }
    device.check();
  } finally {
    device.destroy();
  }

  function reference(shape: ConvolutionShape): ConvolutionPlan {
    return convolutionPlans(shape, plain.facts).find(({ name }) => name === 'conv')!;
  }
}

function matrixPlans(plans: readonly ConvolutionPlan[]): ConvolutionPlan[] {
  return plans.filter((plan) => !isWinograd(plan) && plan.kernel === 'conv_matrix');
}

/** With x · scaleIn and the weights halves, so that no product is rounded. */
function halvesOf({ arrays, weight, ...rest }: Operands): Operands {
  const halves = (values: Float32Array) => halfToFloat(floatToHalf(values));
  const scaleIn = new Float32Array(arrays.scaleIn.length).fill(1);
  return { ...rest, weight: halves(weight), arrays: { ...arrays, scaleIn, x: halves(arrays.x) } };
}

function outputsOf({ batch, outHeight, outWidth, outChannels }: ConvolutionShape): number[] {
  return [batch, outHeight, outWidth, outChannels];
}

/** How far the kernels are from the exact sum: that Winograd's F(4×4) is as good as a direct sum rests on its points. */
import { takesHalves, withHalfWeights } from '../../src/engine/plans/convolution/half-weights.js';
import { type ConvolutionPlan, convolutionPlans } from '../../src/engine/plans/convolution/plan.js';
import { randomFrom } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { drawOperands, type Operands, runPlan, shapeOf } from './convolution-tries.js';

/** Largest error over the root mean square of the outputs. The usual points 0, ±1, ±2 would give F(4×4) some 5e-5. */
const MOST = 2e-5;
/** The same with weights in half precision, which rounds each by up to 2^-12 of itself; Winograd's after their transform. */
const MOST_OF_HALVES = 3e-3;

const SIDE = 16;
const INTO = 256;
const OUT = 16;

export const cases: TestCase[] = [
  ...[1, 2].map((stride) => ({
    name: `error against float64: each kernel at 256 input channels, with a stride of ${stride}`,
    run: (t: TestContext) => errorIsSmall(t, stride),
  })),
];

async function errorIsSmall(t: TestContext, stride: number): Promise<void> {
  const device = await t.device();
  const shape = shapeOf({ name: '', height: SIDE, width: SIDE, into: INTO, out: OUT, stride });
  const operands = drawOperands(shape, false, randomFrom('error'));
  const exact = sumInDouble(operands, stride);
  const rms = Math.sqrt(exact.reduce((sum, value) => sum + value * value, 0) / exact.length);
  for (const plan of convolutionPlans(shape, device.facts)) {
    const errorOf = async (tried: ConvolutionPlan, name: string, most: number) => {
      const found = await runPlan(device, shape, tried, operands);
      const error = Math.max(...found.map((value, at) => Math.abs(value - exact[at]!))) / rms;
      const line = `${name}: error ${error.toExponential(1)} of the outputs' rms`;
      t.log(line);
      if (!(error <= most)) throw new Error(line);
    };
    await errorOf(plan, plan.name, MOST);
    if (takesHalves(plan)) await errorOf(withHalfWeights(plan), `${plan.name}, halves`, MOST_OF_HALVES);
  }
}

/** [side, side, OUT]; 3×3, padding 1. */
function sumInDouble({ arrays: { x }, weight }: Operands, stride: number): Float64Array {
  const side = SIDE / stride;
  const y = new Float64Array(side * side * OUT);
  for (let at = 0; at < y.length; at++) {
    const o = at % OUT;
    const [row, column] = [Math.floor(at / OUT / side), Math.floor(at / OUT) % side];
    for (let k = 0; k < 9; k++) {
      const [iy, ix] = [stride * row + Math.floor(k / 3) - 1, stride * column + (k % 3) - 1];
      if (iy < 0 || ix < 0 || iy >= SIDE || ix >= SIDE) continue;
      for (let i = 0; i < INTO; i++) {
        y[at]! += x[(iy * SIDE + ix) * INTO + i]! * weight[(o * INTO + i) * 9 + k]!;
      }
    }
  }
  return y;
}

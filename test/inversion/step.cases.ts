/** One step as a program: the same bytes whatever is made again for the gradients, and however it is cut into submits. */
import * as assert from 'uvu/assert';
import { compile } from '../../src/autograd/compile.js';
import { type Device, openDevice } from '../../src/engine/device.js';
import type { InversionState } from '../../src/inversion/codes.js';
import { type BuildOptions, Inverter } from '../../src/inversion/inverter.js';
import { defaultMethod } from '../../src/inversion/method.js';
import type { Model } from '../../src/inversion/model.js';
import { traceStep } from '../../src/inversion/step.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { uniform } from '../nets/random-weights.js';
import { NARROW, randomModel, randomStyleGan1Model, SMALL, targetOf } from './random-model.js';

const method = defaultMethod('f/w+', 8);

/** Three steps of random codes towards random targets: the codes, the terms, and what it took. */
async function threeSteps(device: Device, model: Model, lowMemory: boolean, lossScale = 1) {
  const { graph, variables, counter, codes, ring } = traceStep(model, method, {
    batch: 1,
    capacity: 4,
    lowMemory,
    lossScale,
  });
  const executable = await compile(device, graph, { name: 'step', variables });
  try {
    const written = variables.filter((variable) => variable !== counter && variable !== ring);
    for (const variable of written) executable.write(variable, uniform(variable.name, variable.shape, 0.5));
    for (let step = 0; step < 3; step++) executable.run();
    const read = (tensor: typeof ring) => executable.read(tensor);
    const results = [await read(ring), await read(codes.detail), await read(codes.base!)];
    return { results, memory: executable.memory, submits: executable.submits };
  } finally {
    executable.destroy();
  }
}

/** Five steps of an inverter, and what it would say to who goes on from `earlier`. */
async function fiveSteps(t: TestContext, options: BuildOptions, earlier?: InversionState) {
  const model = randomModel(SMALL);
  const inverter = await Inverter.build(await t.device(), model, method, 1, options);
  try {
    const state = await inverter.run(targetOf(model, method), { steps: 5 });
    const { constants } = inverter.memory;
    const differences = earlier ? inverter.differences(earlier) : [];
    return { state, loss: state.history.at(-1)!.total, constants, differences };
  } finally {
    inverter.destroy();
  }
}

function madeAgain(title: string, model: () => Model): TestCase {
  return {
    name: `${title}: low memory gives the same bytes`,
    async run(t) {
      const device = await t.device();
      const kept = await threeSteps(device, model(), false);
      const again = await threeSteps(device, model(), true);
      assert.ok(kept.results.every((values) => values.every(Number.isFinite)));
      assert.equal(again.results, kept.results);
      const [before, after] = [kept.memory.temporaries, again.memory.temporaries];
      t.log(`temporaries ${before}, ${after} bytes`);
      assert.ok(after < 0.8 * before, `${after} bytes instead of ${before}`);
    },
  };
}

export const cases: TestCase[] = [
  madeAgain('StyleGAN2', () => randomModel(NARROW)),
  madeAgain('StyleGAN1', () => randomStyleGan1Model(NARROW)),
  {
    name: 'a scaled loss gives the same bytes, as no digit of anything changes',
    async run(t) {
      const device = await t.device();
      const model = randomModel(NARROW);
      const plain = await threeSteps(device, model, false);
      const scaled = await threeSteps(device, model, false, 2 ** 16);
      assert.ok(plain.results.every((values) => values.every(Number.isFinite)));
      assert.equal(scaled.results, plain.results);
    },
  },
  {
    name: 'an inverter of low memory inverts as well, but for rounding',
    async run(t) {
      const [usual, low] = [await fiveSteps(t, {}), await fiveSteps(t, { lowMemory: true })];
      assert.ok(Math.abs(low.loss / usual.loss - 1) < 1e-3, `${low.loss}, ${usual.loss}`);
    },
  },
  {
    name: 'weights in half precision: an inversion as good with less memory for weights, which says so to who goes on',
    async run(t) {
      const [usual, half] = [await fiveSteps(t, {}), await fiveSteps(t, { halfWeights: true })];
      assert.ok(Math.abs(half.loss / usual.loss - 1) < 2e-3, `${half.loss}, ${usual.loss}`);
      assert.not.equal(half.loss, usual.loss);
      assert.ok(
        half.constants < 0.9 * usual.constants,
        `${half.constants} bytes instead of ${usual.constants}`,
      );
      const { differences } = await fiveSteps(t, { halfWeights: true }, usual.state);
      assert.ok(differences.some((line) => line.includes('HALF=1')));
    },
  },
  {
    name: 'cut into many submits it gives the same bytes',
    async run(t) {
      const model = randomModel(SMALL);
      const whole = await threeSteps(await t.device(), model, false);
      const device = await openDevice({ throughput: { flops: 1e6, bytes: 1e7 } });
      try {
        const cut = await threeSteps(device, model, false);
        t.log(`${whole.submits} and ${cut.submits} submits`);
        assert.ok(cut.submits > 10 * whole.submits);
        assert.equal(cut.results, whole.results);
      } finally {
        device.destroy();
      }
    },
  },
];

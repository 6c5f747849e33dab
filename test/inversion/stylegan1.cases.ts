/** The same inversion with the other generator behind it. */
import * as assert from 'uvu/assert';
import { sefa } from '../../src/inversion/editing/sefa.js';
import { Inverter } from '../../src/inversion/inverter.js';
import { defaultMethod, type Method, methodName } from '../../src/inversion/method.js';
import { psnr } from '../../src/inversion/metrics.js';
import type { Model } from '../../src/inversion/model.js';
import { Renderer } from '../../src/inversion/renderer.js';
import { decodeState, encodeState } from '../../src/inversion/saved.js';
import type { TestCase } from '../harness/case.js';
import { evaluate } from '../nets/evaluate.js';
import { drawing, randomStyleGan1Model, SMALL, targetOf } from './random-model.js';

const STEPS = 20;

function twentySteps(method: Method, least: number): TestCase {
  return {
    name: `twenty steps into ${methodName(method)} of a StyleGAN1, saved halfway: a lower loss, the same bytes`,
    async run(t) {
      const device = await t.device();
      const model = randomStyleGan1Model(SMALL, method.baseSize);
      const target = targetOf(model, method);
      const inverter = await Inverter.build(device, model, method);
      const renderer = await Renderer.build(device, model, method);
      try {
        const whole = await inverter.run(target, { steps: STEPS });
        const { history, codes } = whole;
        const [first, last] = [history[0]!.total, history.at(-1)!.total];
        assert.ok(last < least * first, `the loss went from ${first} to ${last}`);
        const quality = psnr(await renderer.render(codes), drawing(model.generator.resolution));
        t.record('PSNR', Float32Array.of(quality), { absolute: 0.05 });

        const half = await inverter.run(target, { steps: 7 });
        const resume = decodeState(encodeState(half, model), model, 'saved');
        const resumed = await inverter.run(target, { steps: STEPS, resume });
        assert.equal(encodeState(resumed, model), encodeState(whole, model));
      } finally {
        inverter.destroy();
        renderer.destroy();
      }
    },
  };
}

export const cases: TestCase[] = [
  twentySteps(defaultMethod('f/w+', 8), 0.9),
  twentySteps(defaultMethod('f/w+', 16), 0.9),
  twentySteps({ ...defaultMethod('w+', 8), pnorm: 'clip' }, 0.95),
  {
    name: 'without an encoder f starts at the base code of the mean code, whose rows differ',
    async run(t) {
      const device = await t.device();
      const model: Model = { ...randomStyleGan1Model(SMALL), encoder: undefined };
      const { generator } = model;
      const method = defaultMethod('f/w+', 8);
      const inverter = await Inverter.build(device, model, method);
      const { codes } = await inverter.run(targetOf(model, method), { steps: 0 });
      inverter.destroy();
      const code = { shape: [1, generator.rows, generator.wDim], data: generator.meanCode };
      const { base } = await evaluate(device, { code }, (inputs) => ({
        outputs: { base: generator.baseCode(inputs.code!, 8) },
      }));
      assert.equal(codes.base, base);
      assert.equal([...codes.detail], [...generator.meanCode.subarray(2 * generator.wDim)]);
      assert.not.equal(
        [...codes.detail.subarray(0, generator.wDim)],
        [...codes.detail.subarray(-generator.wDim)],
      );
    },
  },
  {
    name: 'directions from its weights are unit vectors that its layers answer to',
    run() {
      const model = randomStyleGan1Model(SMALL);
      const found = sefa(model, { from: 2, to: 3 });
      assert.ok(found.length > 1);
      for (const { vector } of found) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
    },
  },
];

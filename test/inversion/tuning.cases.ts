/** What tuning may change of an inversion, and what not. */
import * as assert from 'uvu/assert';
import type { Device } from '../../src/engine/device.js';
import { mergeChoices } from '../../src/engine/tuning/choices.js';
import { shapeKey } from '../../src/engine/tuning/keys.js';
import type { Computation } from '../../src/inversion/codes.js';
import { Inverter } from '../../src/inversion/inverter.js';
import { defaultMethod } from '../../src/inversion/method.js';
import { decodeState, encodeState } from '../../src/inversion/saved.js';
import type { TestCase } from '../harness/case.js';
import { apart } from './apart.js';
import { randomModel, SMALL, targetOf } from './random-model.js';

const method = defaultMethod('f/w+', 8);
const model = randomModel(SMALL);
const STEPS = 6;
const STOP = 2;

/** As if a race had shown that the plain kernel is the fastest for all shapes. */
async function tunedOtherwise<T>(device: Device, body: () => Promise<T>): Promise<T> {
  const before = device.tuning;
  const usual = await Inverter.build(device, model, method);
  const plain = usual.convolutions.map(({ shape }) => [shapeKey(shape), 'conv']);
  usual.destroy();
  device.tuning = { ...before, choices: mergeChoices(Object.fromEntries(plain)) };
  try {
    return await body();
  } finally {
    device.tuning = before;
  }
}

async function withInverter<T>(
  device: Device,
  like: Computation | undefined,
  body: (inverter: Inverter) => Promise<T>,
): Promise<T> {
  const inverter = await Inverter.build(device, model, method, 1, like ? { like } : {});
  try {
    return await body(inverter);
  } finally {
    inverter.destroy();
  }
}

export const cases: TestCase[] = [
  {
    name: 'tuned or not: other plans, the same loss and gradients within rounding',
    async run(t) {
      const device = await t.device();
      const target = targetOf(model, method);
      const step = () =>
        withInverter(device, undefined, async (inverter) => ({
          choices: inverter.computation.choices!,
          state: await inverter.run(target, { steps: 1 }),
        }));
      const usual = await step();
      const tuned = await tunedOtherwise(device, step);
      const keys = Object.keys(usual.choices);
      assert.equal(Object.keys(tuned.choices), keys);
      const changed = keys.filter((key) => tuned.choices[key] !== usual.choices[key]);
      assert.ok(changed.length > keys.length / 2, `${changed.length} of ${keys.length} plans are others`);
      const [a, b] = [usual.state, tuned.state];
      assert.ok(Math.abs(a.history[0]!.total / b.history[0]!.total - 1) < 1e-5);
      // After one step Adam's first moments are a tenth of the gradients.
      for (const code of ['base', 'detail'] as const) {
        const off = apart(b.moments[code]!.first, a.moments[code]!.first);
        assert.ok(off < 1e-3, `${code}: ${off}`);
      }
    },
  },
  {
    name: 'resumed after other plans have become the choice: the same bytes by the plans of the file',
    async run(t) {
      const device = await t.device();
      const target = targetOf(model, method);
      const [whole, half] = await withInverter(device, undefined, async (inverter) => [
        await inverter.run(target, { steps: STEPS }),
        encodeState(await inverter.run(target, { steps: STOP }), model),
      ]);
      const resume = decodeState(half, model, 'saved');
      await tunedOtherwise(device, async () => {
        await withInverter(device, resume.computation, async (inverter) => {
          assert.equal(inverter.differences(resume), []);
          const resumed = await inverter.run(target, { steps: STEPS, resume });
          assert.equal(encodeState(resumed, model), encodeState(whole, model));
        });
        // Of a file from matrix units the plans are not taken where there are none, and the other way round.
        const elsewhere = { ...resume.computation!, matrixUnits: !resume.computation!.matrixUnits };
        await withInverter(device, elsewhere, async (inverter) => {
          assert.match(inverter.differences(resume).join(), /computed by other plans/);
          assert.match(inverter.differences({ ...resume, computation: elsewhere }).join(), /matrix units/);
        });
        // Whoever does not ask for the file's plans is told.
        await withInverter(device, undefined, async (inverter) => {
          assert.match(inverter.differences(resume).join(), /computed by other plans \(then .*; now .*/);
        });
      });
    },
  },
];

import * as assert from 'uvu/assert';
import { defaultMethod, type Method } from '../../src/inversion/method.js';
import { objective, TERMS } from '../../src/inversion/objective.js';
import type { TestCase } from '../harness/case.js';
import { evaluate } from '../nets/evaluate.js';
import { uniform } from '../nets/random-weights.js';
import { compareObjective, type ObjectiveCase } from './objective-recorded.js';
import { NARROW, randomModel } from './random-model.js';

function recorded(title: string, each: Omit<ObjectiveCase, 'gradient'>): TestCase {
  return {
    name: title,
    run: async (t) =>
      compareObjective(await t.device(), await t.fixture('networks'), {
        ...each,
        gradient: { relativeL2: 1e-4 },
      }),
  };
}

export const cases: TestCase[] = [
  recorded('F/W+ with the penalty', {
    name: 'objective',
    channels: NARROW,
    space: 'f/w+',
    baseSize: 8,
    side: 64,
    penalty: true,
  }),
  recorded('W+', {
    name: 'objective w+',
    channels: NARROW,
    space: 'w+',
    baseSize: 8,
    side: 64,
  }),
  recorded('compared at a smaller side, f of side 16', {
    name: 'objective reduced',
    channels: { ...NARROW, 128: 6 },
    space: 'f/w+',
    baseSize: 16,
    side: 32,
    method: { perceptualSize: 32 },
  }),
  recorded('compared at a larger side, the official way', {
    name: 'objective enlarged',
    channels: NARROW,
    space: 'f/w+',
    baseSize: 8,
    side: 96,
    method: { perceptualSize: 96, perceptualUpsampling: true },
  }),
  {
    name: 'the weights of the loss are factors of its terms',
    async run(t) {
      const model = randomModel({ 4: 4, 8: 4, 16: 4 });
      const weights = { perceptual: 3, base: 0.5, pnorm: 0.25 };
      const method: Method = { ...defaultMethod('f/w+', 8), weights };
      const picture = { shape: [1, 16, 16, 3], data: uniform('picture', [1, 16, 16, 3], 0.5) };
      const base = { shape: [1, 8, 8, 4], data: uniform('base', [1, 8, 8, 4]) };
      const code = { shape: [1, 4, 32], data: uniform('code', [1, 4, 32]) };
      const found = await evaluate(await t.device(), { picture, base, code }, (inputs) => {
        const { perceptual } = model;
        const wanted = {
          picture: inputs.picture!,
          features: perceptual.features(inputs.picture!),
          base: inputs.picture!.graph.filled([1, 8, 8, 4], 0),
        };
        const codes = { base: inputs.base!, detail: inputs.code! };
        return { outputs: objective(model, method, codes, wanted).terms };
      });
      const [total, squared, perceptual, base2, pnorm] = TERMS.map((term) => found[term]![0]!);
      const sum = squared! + 3 * perceptual! + 0.5 * base2! + 0.25 * pnorm!;
      assert.ok(Math.abs(total! - sum) < 1e-5 * sum, `${total} against ${sum}`);
    },
  },
];

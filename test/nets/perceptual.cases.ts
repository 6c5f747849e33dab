import * as assert from 'uvu/assert';
import { FwplusError } from '../../src/errors.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { PerceptualDistance } from '../../src/nets/lpips.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate } from './evaluate.js';
import { changed, perceptualWeights, uniform } from './random-weights.js';

const exact = { relativeL2: 2e-5, greatest: 2e-5 };

function recorded(name: string, widths: readonly number[], side: number, batch: number): TestCase {
  return {
    name: `features, distance and its gradient, ${name}`,
    async run(t) {
      const network = new PerceptualDistance(perceptualWeights(widths));
      const shape = [batch, side, side, 3];
      const random = (key: string) => ({ shape, data: uniform(`perceptual ${name} ${key}`, shape, 0.5) });
      const found = await evaluate(await t.device(), { a: random('a'), b: random('b') }, ({ a, b }) => {
        const features = network.features(a!);
        const distance = network.distance(features, network.features(b!));
        const taps = Object.fromEntries(features.map((feature, tap) => [`tap ${tap}`, feature]));
        return { outputs: { ...taps, distance }, loss: distance, withRespectTo: ['a'] };
      });
      const file = TensorFile.parse(await t.fixture('networks'));
      for (let tap = 0; tap < 5; tap++)
        assertRecorded(found[`tap ${tap}`]!, file, `perceptual ${name} tap ${tap}`, exact);
      assertRecorded(found.distance!, file, `perceptual ${name} distance`, exact);
      assertRecorded(found['a gradient']!, file, `perceptual ${name} gradient`, { relativeL2: 1e-4 });
    },
  };
}

export const cases: TestCase[] = [
  recorded('odd', [3, 5, 6, 7, 4], 37, 2),
  recorded('narrow', [8, 16, 24, 32, 32], 64, 1),
  {
    name: 'a picture is at distance 0 from itself',
    async run(t) {
      const network = new PerceptualDistance(perceptualWeights([3, 5, 6, 7, 4]));
      const shape = [1, 32, 32, 3];
      const a = { shape, data: uniform('itself', shape, 0.5) };
      const { distance } = await evaluate(await t.device(), { a }, (inputs) => {
        const features = network.features(inputs.a!);
        return { outputs: { distance: network.distance(features, features) } };
      });
      assert.equal([...distance!], [0]);
    },
  },
  {
    name: 'negative lin weights are refused',
    run() {
      const negative = changed(perceptualWeights([3, 5, 6, 7, 4]), (key, data) =>
        key.startsWith('lin3') ? data.map((value) => -value) : undefined,
      );
      assert.throws(
        () => new PerceptualDistance(negative),
        (error: unknown) => error instanceof FwplusError && /lin3 has negative weights/.test(error.message),
      );
    },
  },
];

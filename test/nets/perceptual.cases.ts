import * as assert from 'uvu/assert';
import { Graph } from '../../src/autograd/graph.js';
import { FwplusError } from '../../src/errors.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { PerceptualDistance } from '../../src/nets/lpips.js';
import type { StateDict } from '../../src/nets/state.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate } from './evaluate.js';
import { alexNetWeights, changed, perceptualWeights, uniform } from './random-weights.js';

const exact = { relativeL2: 2e-5, greatest: 2e-5 };

function recorded(name: string, fixture: string, state: StateDict, side: number, batch: number): TestCase {
  return {
    name: `features, distance and its gradient, ${name}`,
    async run(t) {
      const network = new PerceptualDistance(state);
      const shape = [batch, side, side, 3];
      const random = (key: string) => ({ shape, data: uniform(`${name} ${key}`, shape, 0.5) });
      const found = await evaluate(await t.device(), { a: random('a'), b: random('b') }, ({ a, b }) => {
        const features = network.features(a!);
        const distance = network.distance(a!, network.features(b!));
        const taps = Object.fromEntries(features.map((feature, tap) => [`tap ${tap}`, feature]));
        return { outputs: { ...taps, distance }, loss: distance, withRespectTo: ['a'] };
      });
      const file = TensorFile.parse(await t.fixture(fixture));
      for (let tap = 0; tap < 5; tap++)
        assertRecorded(found[`tap ${tap}`]!, file, `${name} tap ${tap}`, exact);
      assertRecorded(found.distance!, file, `${name} distance`, exact);
      assertRecorded(found['a gradient']!, file, `${name} gradient`, { relativeL2: 1e-4 });
    },
  };
}

export const cases: TestCase[] = [
  recorded('perceptual odd', 'networks', perceptualWeights([3, 5, 6, 7, 4]), 37, 2),
  recorded('perceptual narrow', 'networks', perceptualWeights([8, 16, 24, 32, 32]), 64, 1),
  recorded('alexnet odd', 'encoders', alexNetWeights([3, 5, 6, 7, 4]), 37, 2),
  recorded('alexnet narrow', 'encoders', alexNetWeights([16, 24, 32, 24, 24]), 96, 1),
  {
    name: 'the trunk is told from the weights',
    run() {
      assert.is(new PerceptualDistance(perceptualWeights([3, 5, 6, 7, 4])).trunk, 'vgg16');
      assert.is(new PerceptualDistance(alexNetWeights([3, 5, 6, 7, 4])).trunk, 'alexnet');
    },
  },
  {
    name: 'AlexNet takes pictures from 31 pixels on',
    run() {
      const network = new PerceptualDistance(alexNetWeights([3, 5, 6, 7, 4]));
      const taps = (side: number) => network.features(new Graph().variable('picture', [1, side, side, 3]));
      assert.equal(
        taps(256).map(({ shape }) => shape[1]),
        [63, 31, 15, 15, 15],
      );
      assert.equal(taps(31).at(-1)!.shape, [1, 1, 1, 4]);
      assert.throws(
        () => taps(30),
        (error: unknown) => error instanceof FwplusError && /30 × 30 pixels/.test(error.message),
      );
    },
  },
  {
    name: 'a picture is at distance 0 from itself',
    async run(t) {
      const network = new PerceptualDistance(perceptualWeights([3, 5, 6, 7, 4]));
      const shape = [1, 32, 32, 3];
      const a = { shape, data: uniform('itself', shape, 0.5) };
      const { distance } = await evaluate(await t.device(), { a }, (inputs) => {
        return { outputs: { distance: network.distance(inputs.a!, network.features(inputs.a!)) } };
      });
      assert.ok(distance![0]! < 1e-12, `${distance}`); // where a multiplication and a sum are one, their rounding is left
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

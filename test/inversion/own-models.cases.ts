/** Models of converted files on the GPU: their options reach the network, and inversions do without what is missing. */
import * as assert from 'uvu/assert';
import { Inverter } from '../../src/inversion/inverter.js';
import { usualMethod } from '../../src/inversion/lacks.js';
import { loadModelFiles, type ModelFile } from '../../src/inversion/load-files.js';
import type { Method } from '../../src/inversion/method.js';
import { PerceptualMeter } from '../../src/inversion/metrics.js';
import type { Generator } from '../../src/nets/generator.js';
import { StyleGan1 } from '../../src/nets/stylegan1.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { evaluate } from '../nets/evaluate.js';
import { changed, generatorWeights, styleGan1Weights, uniform } from '../nets/random-weights.js';
import { lpipsAlexFile, networkFile, styleGan2File, WIDTH } from './network-files.js';
import { targetOf } from './random-model.js';
import { refuses } from './refuses.js';

const CHANNELS = { 4: 4, 8: 4 };
/** Styles are small where the code is, so that the epsilon of demodulation shows. */
const two = changed(generatorWeights(CHANNELS, WIDTH), (key, data) =>
  key.endsWith('affine.bias') ? data.fill(0) : undefined,
);
const one = styleGan1Weights(CHANNELS, WIDTH);

async function picture(t: TestContext, generator: Generator): Promise<Float32Array> {
  const shape = [1, generator.rows, WIDTH];
  const code = { shape, data: uniform('code', shape, 0.001) };
  const found = await evaluate(await t.device(), { code }, ({ code: its }) => ({
    outputs: { image: generator.synthesis(its!) },
  }));
  return found.image!;
}

const fromFile = async (file: ModelFile) => (await loadModelFiles({ generator: file })).generator;

export const cases: TestCase[] = [
  ...(
    [
      ['stylegan2', { conv_clamp: 0.01 }, () => new StyleGan2(two, { clamp: 0.01 })],
      [
        'stylegan2',
        { scaled_demodulation_epsilon: true, conv_clamp: null },
        () => new StyleGan2(two, { scaledEpsilon: true }),
      ],
      ['stylegan1', { final_tanh: true }, () => new StyleGan1(one, { tanh: true })],
      ['stylegan1', { fused_from: 8 }, () => new StyleGan1(one, { fusedFrom: 8 })],
    ] as const
  ).map(
    ([network, options, make]): TestCase => ({
      name: `${network} of a file with ${JSON.stringify(options)} draws what the network so made draws`,
      async run(t) {
        const state = network === 'stylegan2' ? two : one;
        const found = await picture(t, await fromFile(networkFile(network, state, { options })));
        assert.equal(found, await picture(t, make()));
        assert.not.equal(found, await picture(t, await fromFile(networkFile(network, state))));
      },
    }),
  ),
  {
    name: 'a generator alone is inverted: f from its own, no term that it has not',
    async run(t) {
      const device = await t.device();
      const model = await loadModelFiles({ generator: styleGan2File() });
      const method = usualMethod(model, 'f/w+');
      const inverter = await Inverter.build(device, model, method);
      try {
        assert.is(inverter.notes.length, 3);
        const { history, baseTarget } = await inverter.run(targetOf(model, method), { steps: 12 });
        const code = { shape: [1, model.generator.rows, WIDTH], data: model.generator.meanCode };
        const { f } = await evaluate(device, { code }, ({ code: its }) => ({
          outputs: { f: model.generator.baseCode(its!, 8) },
        }));
        assert.equal(baseTarget, f);
        const [first, last] = [history[0]!, history.at(-1)!];
        assert.equal([first.perceptual, first.base, first.pnorm], [0, 0, 0]);
        assert.is(first.total, first.squared);
        assert.ok(last.total < 0.9 * first.total, `${first.total} to ${last.total}`);
        // What holds f counts, weakly.
        const { base } = method.weights;
        assert.ok(base > 0 && last.base > 0);
        assert.ok(Math.abs(last.total - last.squared - base * last.base) < 1e-5 * last.total);
      } finally {
        inverter.destroy();
      }
    },
  },
  {
    name: 'a perceptual term without a network for it is refused; AlexNet’s taps have sides of their own',
    async run(t) {
      const device = await t.device();
      const generator = styleGan2File({}, { 4: 4, 8: 4, 16: 4, 32: 4 });
      const bare = await loadModelFiles({ generator });
      const method = usualMethod(bare, 'w+');
      const wanting: Method = { ...method, weights: { ...method.weights, perceptual: 10 } };
      await refuses(
        () => Inverter.build(device, bare, wanting),
        /perceptual term needs a perceptual network/,
      );
      await refuses(() => PerceptualMeter.build(device, bare, method), /distance needs a perceptual network/);
      const model = await loadModelFiles({ generator, perceptual: lpipsAlexFile() });
      const inverter = await Inverter.build(device, model, usualMethod(model, 'w+'));
      try {
        const { history } = await inverter.run(targetOf(model, inverter.method), { steps: 3 });
        assert.ok(history[0]!.perceptual > 0);
      } finally {
        inverter.destroy();
      }
    },
  },
];

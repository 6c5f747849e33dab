import * as assert from 'uvu/assert';
import { TensorFile } from '../../src/io/safetensors.js';
import type { StateDict } from '../../src/nets/state.js';
import { StyleGan2, type StyleGan2Options } from '../../src/nets/stylegan2.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate } from './evaluate.js';
import { changed, generatorWeights, uniform } from './random-weights.js';
import { compareSynthesis, type SynthesisCase } from './synthesis-recorded.js';

/** The default model's table, and one where no size is a multiple of anything. */
const DEFAULT = { 4: 128, 8: 128, 16: 128, 32: 64, 64: 32 };
const ODD = { 4: 6, 8: 5, 16: 7, 32: 3 };

const image = { relativeL2: 1e-4, greatest: 1e-4 };
const gradient = { relativeL2: 1e-4 };

const wide = () => generatorWeights(DEFAULT, 128);
const odd = () => generatorWeights(ODD, 9);
/** Styles so small that the demodulation's epsilon shows. */
const faint = () =>
  changed(odd(), (key, data) => (key.includes('.affine.') ? data.map((value) => 0.001 * value) : undefined));

function recorded(
  title: string,
  weights: () => StateDict,
  each: Pick<SynthesisCase, 'name' | 'from' | 'batch'>,
  options: StyleGan2Options = {},
  fixtureName = 'networks',
): TestCase {
  return {
    name: title,
    async run(t) {
      const generator = new StyleGan2(weights(), options);
      const fixture = await t.fixture(fixtureName);
      await compareSynthesis(await t.device(), generator, fixture, { ...each, image, gradient });
    },
  };
}

export const cases: TestCase[] = [
  {
    name: 'random weights are those of the recording, to the bit',
    async run(t) {
      const file = TensorFile.parse(await t.fixture('networks'));
      assert.equal([...uniform('uniform', [1000], 0.7, 0.3)], [...file.floats('uniform')]);
    },
  },
  recorded('64 pixels from the constant', wide, { name: '64' }),
  recorded('64 pixels from f of side 8', wide, { name: '64 from 8', from: 8 }),
  recorded('64 pixels from f of side 16', wide, { name: '64 from 16', from: 16 }),
  recorded('odd channels, batch of two', odd, { name: 'odd', batch: 2 }),
  recorded('odd channels from f, batch of two', odd, { name: 'odd from 8', from: 8, batch: 2 }),
  recorded('clamped layers', odd, { name: 'clamp', batch: 2 }, { clamp: 0.8 }),
  recorded(
    'clamped layers from f',
    odd,
    { name: 'clamp from 8', from: 8, batch: 2 },
    { clamp: 0.8 },
    'generators',
  ),
  recorded('faint styles, plain epsilon', faint, { name: 'epsilon' }),
  recorded('faint styles, scaled epsilon', faint, { name: 'scaled epsilon' }, { scaledEpsilon: true }),
  {
    name: 'the base code of a full code',
    async run(t) {
      const generator = new StyleGan2(wide());
      const shape = [1, generator.rows, generator.wDim];
      const code = { shape, data: uniform('64 code', shape) };
      const { base } = await evaluate(await t.device(), { code }, (inputs) => ({
        outputs: { base: generator.baseCode(inputs.code!, 16) },
      }));
      const file = TensorFile.parse(await t.fixture('networks'));
      assertRecorded(base!, file, '64 base code', image);
    },
  },
  {
    name: 'mapping of eight layers, z narrower than w',
    async run(t) {
      const generator = new StyleGan2(generatorWeights({ 4: 2, 8: 2 }, 24, { mappingLayers: 8, zWidth: 20 }));
      const z = { shape: [3, 20], data: uniform('mapping z', [3, 20]) };
      const { w } = await evaluate(await t.device(), { z }, (inputs) => ({
        outputs: { w: generator.mapping(inputs.z!) },
      }));
      assertRecorded(w!, TensorFile.parse(await t.fixture('networks')), 'mapping', image);
    },
  },
  {
    name: 'a full code: w in every row, nearer to the mean in rows below the cutoff',
    async run(t) {
      const generator = new StyleGan2(odd());
      const w = { shape: [2, 9], data: uniform('w', [2, 9]) };
      const found = await evaluate(await t.device(), { w }, (inputs) => ({
        outputs: { plain: generator.code(inputs.w!), truncated: generator.code(inputs.w!, 0.7, 3) },
      }));
      for (const [name, psi, cutoff] of [
        ['plain', 1, 8],
        ['truncated', 0.7, 3],
      ] as const) {
        const code = found[name]!;
        assert.is(code.length, 2 * 8 * 9);
        code.forEach((value, at) => {
          const [n, row, column] = [Math.floor(at / 72), Math.floor(at / 9) % 8, at % 9];
          const [mean, own] = [generator.wAverage[column]!, w.data[9 * n + column]!];
          const wanted = mean + (row < cutoff ? psi : 1) * (own - mean);
          assert.ok(
            Math.abs(value - wanted) < 1e-6,
            `${name} [${n}, ${row}, ${column}]: ${value}, ${wanted}`,
          );
        });
      }
    },
  },
  {
    name: 'rows below M have no effect on F/W+, so they do not exist there',
    run() {
      const generator = new StyleGan2(wide());
      assert.is(generator.rows, 10);
      assert.equal(
        [8, 16, 32].map((side) => generator.firstRow(side)),
        [2, 4, 6],
      );
      for (const side of [4, 12, 128]) assert.throws(() => generator.firstRow(side), /base code of side/);
    },
  },
];

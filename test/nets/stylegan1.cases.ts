import * as assert from 'uvu/assert';
import { gradients } from '../../src/autograd/gradients.js';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import { TensorFile } from '../../src/io/safetensors.js';
import type { StateDict } from '../../src/nets/state.js';
import { StyleGan1, type StyleGan1Options } from '../../src/nets/stylegan1.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate } from './evaluate.js';
import { changed, styleGan1Weights, uniform } from './random-weights.js';
import { compareSynthesis, type SynthesisCase } from './synthesis-recorded.js';

/** As in test/fixtures/record_generators.py; in the second no size is a multiple of anything. */
const NARROW = { 4: 16, 8: 16, 16: 12, 32: 10, 64: 8 };
const ODD = { 4: 6, 8: 5, 16: 7, 32: 3 };

const image = { relativeL2: 1e-4, greatest: 1e-4 };
const gradient = { relativeL2: 1e-4 };

const narrow = () => styleGan1Weights(NARROW, 32);
const odd = () => styleGan1Weights(ODD, 9);

function recorded(
  title: string,
  weights: () => StateDict,
  each: Pick<SynthesisCase, 'name' | 'from' | 'batch'>,
  options: StyleGan1Options = {},
): TestCase {
  return {
    name: title,
    async run(t) {
      const generator = new StyleGan1(weights(), options);
      const fixture = await t.fixture('generators');
      await compareSynthesis(await t.device(), generator, fixture, { ...each, image, gradient });
    },
  };
}

function apart(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

/** 3x3 kernels turned by half a circle. */
function rotated(data: Float32Array): Float32Array {
  return data.map((_, at) => data[at - (at % 9) + 8 - (at % 9)]!);
}

export const cases: TestCase[] = [
  recorded('64 pixels from the constant', narrow, { name: 'stylegan1' }),
  recorded('64 pixels from f of side 8', narrow, { name: 'stylegan1 from 8', from: 8 }),
  recorded('64 pixels from f of side 16', narrow, { name: 'stylegan1 from 16', from: 16 }),
  recorded('odd channels, batch of two', odd, { name: 'stylegan1 odd', batch: 2 }),
  recorded('odd channels from f, batch of two', odd, { name: 'stylegan1 odd from 8', from: 8, batch: 2 }),
  recorded('a tanh at the end', odd, { name: 'stylegan1 tanh', from: 8 }, { tanh: true }),
  recorded('fused up-convolutions', odd, { name: 'stylegan1 fused', from: 8 }, { fusedFrom: 32 }),
  {
    name: 'the fused form is that of the rotated kernel',
    async run(t) {
      const shape = [1, 4, 9];
      const code = { shape, data: uniform('code', shape) };
      const turned = changed(odd(), (key, data) =>
        key === 'synthesis.b32.conv0.weight' ? rotated(data) : undefined,
      );
      const f = { shape: [1, 16, 16, 7], data: uniform('f', [1, 16, 16, 7]) };
      const networks = {
        never: new StyleGan1(odd(), { fusedFrom: Infinity }),
        fused: new StyleGan1(odd(), { fusedFrom: 32 }),
        turned: new StyleGan1(turned, { fusedFrom: 32 }),
      };
      const found = await evaluate(await t.device(), { code, f }, (inputs) => ({
        outputs: Object.fromEntries(
          Object.entries(networks).map(([name, network]) => [
            name,
            network.synthesisFrom(inputs.f!, inputs.code!),
          ]),
        ),
      }));
      // Taps are summed in another order.
      assert.ok(apart(found.never!, found.turned!) < 1e-5);
      assert.ok(apart(found.never!, found.fused!) > 0.01);
    },
  },
  {
    name: 'the base code of a full code, which draws the same picture',
    async run(t) {
      const generator = new StyleGan1(narrow());
      const code = { shape: [1, 10, 32], data: uniform('stylegan1 code', [1, 10, 32]) };
      const rest = { shape: [1, 6, 32], data: code.data.slice(4 * 32) };
      const found = await evaluate(await t.device(), { code, rest }, (inputs) => {
        const base = generator.baseCode(inputs.code!, 16);
        return {
          outputs: {
            base,
            whole: generator.synthesis(inputs.code!),
            entered: generator.synthesisFrom(base, inputs.rest!),
          },
        };
      });
      assertRecorded(
        found.base!,
        TensorFile.parse(await t.fixture('generators')),
        'stylegan1 base code',
        image,
      );
      assert.is(apart(found.whole!, found.entered!), 0);
    },
  },
  {
    name: 'the mean and a positive scale of a channel of f leave the picture, and have no gradient',
    async run(t) {
      const generator = new StyleGan1(narrow());
      const shape = [1, 8, 8, 16];
      const data = uniform('f', shape, 1, 0.4);
      const f = { shape, data };
      const g = { shape, data: data.map((value, at) => (1 + (at % 16) / 8) * value - (at % 16) / 4) };
      const code = { shape: [1, 8, 32], data: uniform('code', [1, 8, 32]) };
      const found = await evaluate(await t.device(), { f, g, code }, (inputs) => {
        const one = generator.synthesisFrom(inputs.f!, inputs.code!);
        const other = generator.synthesisFrom(inputs.g!, inputs.code!);
        const target = one.graph.filled(one.shape, 0.5);
        const [slope] = gradients(meanSquaredError(one, target), [inputs.f!]);
        return { outputs: { one, other, slope: slope! } };
      });
      assert.ok(apart(found.one!, found.other!) < 1e-4, `${apart(found.one!, found.other!)}`);
      const { slope } = found;
      const size = Math.hypot(...slope!);
      for (let c = 0; c < 16; c++) {
        const own = Array.from({ length: 64 }, (_, pixel) => 16 * pixel + c);
        const along = (weight: (at: number) => number) =>
          Math.abs(own.reduce((sum, at) => sum + weight(at) * slope![at]!, 0));
        assert.ok(along(() => 1) < 1e-5 * size, `the mean of channel ${c}`);
        const mean = own.reduce((sum, at) => sum + data[at]! / 64, 0);
        assert.ok(along((at) => data[at]! - mean) < 1e-5 * size, `the scale of channel ${c}`);
      }
    },
  },
  {
    name: 'mapping of eight layers, z narrower than w',
    async run(t) {
      const weights = styleGan1Weights({ 4: 2, 8: 2 }, 24, { mappingLayers: 8, zWidth: 20 });
      const generator = new StyleGan1(weights);
      const z = { shape: [3, 20], data: uniform('mapping z', [3, 20]) };
      const { w } = await evaluate(await t.device(), { z }, (inputs) => ({
        outputs: { w: generator.mapping(inputs.z!) },
      }));
      assertRecorded(w!, TensorFile.parse(await t.fixture('generators')), 'stylegan1 mapping', image);
    },
  },
  {
    name: 'a mapping with a w for each row, truncated towards a mean for each',
    async run(t) {
      const generator = new StyleGan1(
        styleGan1Weights({ 4: 2, 8: 2 }, 24, { mappingLayers: 8, zWidth: 20, perRow: true }),
      );
      assert.is(generator.zDim, 20);
      assert.is(generator.meanCode.length, 4 * 24);
      const z = { shape: [3, 20], data: uniform('mapping z', [3, 20]) };
      const { code } = await evaluate(await t.device(), { z }, (inputs) => ({
        outputs: { code: generator.code(generator.mapping(inputs.z!), 0.7, 3) },
      }));
      assertRecorded(code!, TensorFile.parse(await t.fixture('generators')), 'stylegan1 own rows', image);
    },
  },
  {
    name: 'rows, channels and style columns',
    run() {
      const generator = new StyleGan1(odd());
      assert.is(generator.rows, 8);
      assert.equal(
        [8, 16, 32].map((side) => [generator.firstRow(side), generator.channels(side)]),
        [
          [2, 5],
          [4, 7],
          [6, 3],
        ],
      );
      for (const side of [4, 12, 64]) assert.throws(() => generator.firstRow(side), /base code of side/);
      // Scales and shifts: row 3 styles 5 channels, row 4 seven.
      assert.is(generator.affineColumns(3, 4).length, 2 * (5 + 7));
      assert.ok(generator.affineColumns(0, 7).every((column) => column.length === 9));
    },
  },
];

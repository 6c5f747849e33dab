import * as assert from 'uvu/assert';
import { defaultMethod, type Method, type Space } from '../../src/inversion/method.js';
import { objective, TERMS } from '../../src/inversion/objective.js';
import { perceptualSide } from '../../src/inversion/target.js';
import { TensorFile } from '../../src/io/safetensors.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate, type Input } from '../nets/evaluate.js';
import { type ChannelTable, uniform } from '../nets/random-weights.js';
import { NARROW, randomModel } from './random-model.js';

/** At 1024 pixels, as narrow as a software adapter wants it. */
const TALL: ChannelTable = { 4: 16, 8: 16, 16: 16, 32: 16, 64: 16, 128: 8, 256: 8, 512: 4, 1024: 4 };

/** The loss of the first step, its terms and gradients, as recorded. */
function recorded(
  title: string,
  each: {
    readonly name: string;
    readonly channels: ChannelTable;
    readonly space: Space;
    readonly baseSize: number;
    readonly side: number;
    readonly penalty?: boolean;
    readonly method?: Partial<Method>;
    readonly fixture?: string;
  },
): TestCase {
  return {
    name: title,
    async run(t) {
      const { name, channels, space, baseSize, side } = each;
      const model = randomModel(channels, baseSize);
      const { generator, perceptual } = model;
      const method: Method = {
        ...defaultMethod(space, baseSize),
        pnorm: each.penalty ? 'penalty' : 'none',
        ...each.method,
      };
      assert.is(perceptualSide(generator.resolution, method), side);

      const random = (key: string, shape: readonly number[], scale: number, offset = 0): Input => ({
        shape,
        data: uniform(`${name} ${key}`, shape, scale, offset),
      });
      const first = space === 'f/w+' ? generator.firstRow(baseSize) : 0;
      const baseShape = [1, baseSize, baseSize, generator.channels(baseSize)];
      const { resolution } = generator;
      const inputs = {
        code: random('code', [1, generator.rows - first, generator.wDim], 0.5),
        target: random('target', [1, resolution, resolution, 3], 0.5),
        small: random('small target', [1, side, side, 3], 0.5),
        ...(space === 'f/w+' && {
          base: random('base', baseShape, 1, 0.4),
          encoded: random('encoded', baseShape, 1, 0.4),
        }),
      };
      const withRespectTo = Object.keys(inputs).filter((key) => key === 'code' || key === 'base');
      const found = await evaluate(await t.device(), inputs, ({ code, base, target, small, encoded }) => {
        const wanted = { picture: target!, features: perceptual.features(small!), base: encoded };
        const { terms } = objective(model, method, { base, detail: code! }, wanted);
        // A term that a method does not have is a constant 0.
        const made = Object.entries(terms).filter(([, { content }]) => content.kind !== 'constant');
        const outputs = Object.fromEntries(made);
        return { outputs, loss: terms.total, withRespectTo };
      });

      const file = TensorFile.parse(await t.fixture(each.fixture ?? 'networks'));
      const wanted = file.floats(`${name} terms`);
      TERMS.forEach((term, at) => {
        const value = found[term]?.[0] ?? 0;
        // A pixel that float32 rounds to the level beside moves the 8-bit error by far more than rounding does.
        const bound = term === 'error' ? 1e-4 : 1e-5;
        assert.ok(
          Math.abs(value - wanted[at]!) <= bound * Math.abs(wanted[at]!),
          `${term} is ${value}, wanted ${wanted[at]} within ${bound}`,
        );
      });
      for (const key of withRespectTo)
        assertRecorded(found[`${key} gradient`]!, file, `${name} ${key} gradient`, { relativeL2: 1e-4 });
    },
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
  recorded('1024 pixels from f of side 16', {
    name: 'objective 1024',
    fixture: 'objective1024',
    channels: TALL,
    space: 'f/w+',
    baseSize: 16,
    side: 256,
  }),
  recorded('1024 pixels from f of side 8, with the penalty', {
    name: 'objective 1024 from 8',
    fixture: 'objective1024',
    channels: TALL,
    space: 'f/w+',
    baseSize: 8,
    side: 256,
    penalty: true,
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

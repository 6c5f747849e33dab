/** The encoders that make W+ codes: IDinvert's, pSp's and e4e's. */
import * as assert from 'uvu/assert';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import type { Tensor } from '../../src/autograd/tensor.js';
import { FwplusError } from '../../src/errors.js';
import { TensorFile } from '../../src/io/safetensors.js';
import { IdInvertEncoder } from '../../src/nets/idinvert-encoder.js';
import { StateDict, type Weight } from '../../src/nets/state.js';
import { StyleEncoder, type StyleEncoderOptions } from '../../src/nets/style-encoder.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, type Bounds, evaluate } from './evaluate.js';
import { idInvertWeights, styleEncoderWeights, uniform } from './random-weights.js';

interface Encoder {
  readonly side: number;
  readonly rows: number;
  readonly wDim: number;
  encode(picture: Tensor): Tensor;
}

const exact: Bounds = { relativeL2: 2e-5, greatest: 2e-5 };

/** The code, and the gradient of its distance from a random one. */
function recorded(name: string, make: () => Encoder, batch: number, gradientBound = 1e-4): TestCase {
  return {
    name: `${name}, code and gradient`,
    async run(t) {
      const encoder = make();
      const shape = [batch, encoder.side, encoder.side, 3];
      const picture = { shape, data: uniform(`${name} picture`, shape, 0.5) };
      const found = await evaluate(await t.device(), { picture }, (inputs) => {
        const code = encoder.encode(inputs.picture!);
        assert.equal(code.shape, [batch, encoder.rows, encoder.wDim]);
        const target = code.graph.constant('target', code.shape, uniform(`${name} target`, code.shape));
        return { outputs: { code }, loss: meanSquaredError(code, target), withRespectTo: ['picture'] };
      });
      const file = TensorFile.parse(await t.fixture('encoders'));
      assertRecorded(found.code!, file, `${name} code`, exact);
      assertRecorded(found['picture gradient']!, file, `${name} gradient`, { relativeL2: gradientBound });
    },
  };
}

const oddStyles = () => styleEncoderWeights([4, 4, 5, 7, 6], { side: 32, rows: 9, wDim: 11 });
const fullStyles = () => styleEncoderWeights([4, 4, 8, 12, 16], { side: 256, rows: 18, wDim: 16 });
const pSp: StyleEncoderOptions = { type: 'GradualStyleEncoder' };
const e4e: StyleEncoderOptions = { type: 'Encoder4Editing' };

function refuses(make: () => unknown, pattern: RegExp): void {
  assert.throws(make, (error: unknown) => error instanceof FwplusError && pattern.test(error.message));
}

/** The weights with another average. */
function withAverage(average: Weight): StateDict {
  const state = oddStyles();
  return new StateDict(
    state.name,
    new Map(state.keys.map((key) => [key, key === 'latent_avg' ? average : state.get(key)])),
  );
}

/** The code that an encoder makes of one picture. */
async function codeOf(t: Parameters<TestCase['run']>[0], encoder: StyleEncoder): Promise<Float32Array> {
  const shape = [1, encoder.side, encoder.side, 3];
  const picture = { shape, data: uniform('average picture', shape, 0.5) };
  const { code } = await evaluate(await t.device(), { picture }, (inputs) => ({
    outputs: { code: encoder.encode(inputs.picture!) },
  }));
  return code!;
}

export const cases: TestCase[] = [
  recorded('idinvert odd', () => new IdInvertEncoder(idInvertWeights([5, 7, 7, 6], 9)), 2),
  recorded('idinvert 256', () => new IdInvertEncoder(idInvertWeights([4, 6, 8, 12, 16, 16, 16], 16)), 1),
  recorded('pSp odd', () => new StyleEncoder(oddStyles(), pSp), 2),
  recorded('e4e odd', () => new StyleEncoder(oddStyles(), e4e), 2),
  recorded('pSp 256', () => new StyleEncoder(fullStyles(), pSp), 1),
  recorded('e4e 256', () => new StyleEncoder(fullStyles(), e4e), 1),
  {
    name: 'sides, rows and width follow from the weights',
    run() {
      const sizes = ({ side, rows, wDim }: Encoder) => [side, rows, wDim];
      assert.equal(sizes(new IdInvertEncoder(idInvertWeights([5, 7, 7, 6], 9))), [32, 8, 9]);
      assert.equal(sizes(new IdInvertEncoder(idInvertWeights([1, 1, 1, 1, 1, 1, 2], 3))), [256, 14, 3]);
      assert.equal(sizes(new StyleEncoder(oddStyles(), pSp)), [32, 9, 11]);
      assert.equal(sizes(new StyleEncoder(fullStyles(), e4e)), [256, 18, 16]);
    },
  },
  {
    name: 'an average of one row serves all rows',
    async run(t) {
      const average = uniform('one average', [11]);
      const rows = Float32Array.from({ length: 99 }, (_, at) => average[at % 11]!);
      const wanted = await codeOf(t, new StyleEncoder(withAverage({ shape: [9, 11], data: rows }), e4e));
      for (const shape of [[11], [1, 11]])
        assert.equal(await codeOf(t, new StyleEncoder(withAverage({ shape, data: average }), e4e)), wanted);
    },
  },
  {
    name: 'without the average the code is that much less',
    async run(t) {
      const state = oddStyles();
      const { data } = state.get('latent_avg');
      const whole = await codeOf(t, new StyleEncoder(state, pSp));
      const bare = await codeOf(t, new StyleEncoder(state, { ...pSp, startFromLatentAverage: false }));
      const worst = bare.reduce(
        (most, value, at) => Math.max(most, Math.abs(value + data[at]! - whole[at]!)),
        0,
      );
      assert.ok(worst < 1e-5, `${worst}`);
    },
  },
  {
    name: 'weights that do not fit are refused',
    run() {
      const average = { shape: [8, 11], data: new Float32Array(88) };
      refuses(
        () => new StyleEncoder(withAverage(average), pSp),
        /'latent_avg' is \[8, 11\], wanted \[9, 11\]/,
      );
      refuses(() => new IdInvertEncoder(new StateDict('empty', new Map())), /missing/);
      refuses(() => new StyleEncoder(idInvertWeights([5, 7], 9), pSp), /'input_layer.0.weight' is missing/);
      const far = oddStyles();
      const weights = new Map(far.keys.map((key) => [key, far.get(key)]));
      weights.set('styles.999999999.linear.weight', far.get('styles.0.linear.weight'));
      refuses(
        () => new StyleEncoder(new StateDict('far', weights), pSp),
        /'styles.9.linear.weight' is missing/,
      );
      const uneven = idInvertWeights([5, 7], 9);
      const cut = new StateDict(
        uneven.name,
        new Map(
          uneven.keys.map((key) => {
            const { shape, data } = uneven.get(key);
            if (!key.startsWith('block2.')) return [key, { shape, data }];
            const rest = shape.slice(1);
            const size = rest.reduce((product, side) => product * side, 35);
            return [key, { shape: [35, ...rest], data: data.subarray(0, size) }];
          }),
        ),
      );
      refuses(() => new IdInvertEncoder(cut), /makes 35 numbers, which are no 4 rows/);
    },
  },
];

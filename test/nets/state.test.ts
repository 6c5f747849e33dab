import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FwplusError } from '../../src/errors.js';
import { BasecodeEncoder } from '../../src/nets/basecode-encoder.js';
import { IdInvertEncoder } from '../../src/nets/idinvert-encoder.js';
import { toNchw, toNhwc } from '../../src/nets/layout.js';
import { PerceptualDistance } from '../../src/nets/lpips.js';
import { StateDict, type Weight } from '../../src/nets/state.js';
import { StyleEncoder } from '../../src/nets/style-encoder.js';
import { StyleGan1 } from '../../src/nets/stylegan1.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import {
  alexNetWeights,
  encoderWeights,
  generatorWeights,
  idInvertWeights,
  perceptualWeights,
  styleEncoderWeights,
  styleGan1Weights,
} from './random-weights.js';

function refuses(make: () => unknown, pattern: RegExp): void {
  assert.throws(make, (error: unknown) => error instanceof FwplusError && pattern.test(error.message));
}

function edited(state: StateDict, edit: (weights: Map<string, Weight>) => void): StateDict {
  const weights = new Map(state.keys.map((key): [string, Weight] => [key, state.get(key)]));
  edit(weights);
  return new StateDict(state.name, weights);
}

const distance = (state: StateDict) => new PerceptualDistance(state);

const networks: [string, StateDict, (state: StateDict) => unknown][] = [
  ['generator', generatorWeights({ 4: 3, 8: 2, 16: 2 }, 5), (state) => new StyleGan2(state)],
  ['StyleGAN1', styleGan1Weights({ 4: 3, 8: 2, 16: 2 }, 5), (state) => new StyleGan1(state)],
  ['encoder', encoderWeights([2, 3, 4, 5, 6]), (state) => new BasecodeEncoder(state)],
  ['perceptual network', perceptualWeights([2, 3, 4, 5, 6]), distance],
  ['perceptual network of AlexNet', alexNetWeights([2, 3, 4, 5, 6]), distance],
  ['encoder of IDinvert', idInvertWeights([2, 3, 3], 5), (state) => new IdInvertEncoder(state)],
  [
    'encoder of pSp',
    styleEncoderWeights([2, 2, 3, 4, 5], { side: 32, rows: 8, wDim: 6 }),
    (state) => new StyleEncoder(state, { type: 'GradualStyleEncoder' }),
  ],
];

for (const [name, state, make] of networks) {
  test(`${name}: each weight that is missing or misshapen is refused and named`, () => {
    assert.ok(make(state));
    for (const key of state.keys) {
      // The mapping may have any number of layers, so the last one is not missed.
      if (key !== 'mapping.fc1.weight')
        refuses(() => make(edited(state, (weights) => weights.delete(key))), /missing|holds no StyleGAN/);
      const misshapen = { shape: [...state.get(key).shape, 1, 2], data: new Float32Array(2) };
      refuses(() => make(edited(state, (weights) => weights.set(key, misshapen))), /wanted/);
    }
  });
}

test('a file of another network is refused', () => {
  for (const [, , make] of networks) {
    for (const [, state, right] of networks) {
      if (make !== right) refuses(() => make(state), /missing|holds no StyleGAN/);
    }
  }
});

const small = () => generatorWeights({ 4: 3, 8: 2, 16: 4 }, 5);

test('generator: layers that do not take what the one below makes are refused', () => {
  for (const [key, side] of [
    ['b8.conv0.weight', 1],
    ['b8.conv1.weight', 1],
    ['b16.conv0.weight', 1],
    ['b4.torgb.weight', 1],
    ['b16.torgb.weight', 0],
  ] as const) {
    const name = `synthesis.${key}`;
    const shape = small()
      .get(name)
      .shape.map((count, axis) => (axis === side ? count + 1 : count));
    const weight = { shape, data: new Float32Array(shape.reduce((product, count) => product * count, 1)) };
    refuses(
      () => new StyleGan2(edited(small(), (weights) => weights.set(name, weight))),
      /weight 'synthesis.*wanted/,
    );
  }
});

test('generator: a gap between resolutions and sides that are no powers of two are refused', () => {
  const without = edited(small(), (weights) => {
    for (const key of [...weights.keys()]) if (key.startsWith('synthesis.b8.')) weights.delete(key);
  });
  refuses(() => new StyleGan2(without), /sides 4, 16, wanted 4, 8, 16/);
  const odd = edited(small(), (weights) =>
    weights.set('synthesis.b24.conv1.weight', { shape: [1], data: new Float32Array(1) }),
  );
  refuses(() => new StyleGan2(odd), /sides 4, 8, 16, 24/);
});

test('generator: one that wants class labels is refused as such', () => {
  const label = { shape: [5, 10], data: new Float32Array(50) };
  const conditional = edited(small(), (weights) => weights.set('mapping.embed.weight', label));
  refuses(() => new StyleGan2(conditional), /conditional StyleGAN2 .*class labels/);
});

test('the order of feature maps goes there and back', () => {
  const nchw = Float32Array.from({ length: 2 * 3 * 4 * 5 }, (_, at) => at);
  const nhwc = toNhwc(nchw, [2, 3, 4, 5]);
  assert.is(nhwc[((1 * 4 + 2) * 5 + 3) * 3 + 1], nchw[((1 * 3 + 1) * 4 + 2) * 5 + 3]);
  assert.equal([...toNchw(nhwc, [2, 4, 5, 3])], [...nchw]);
});

test.run();

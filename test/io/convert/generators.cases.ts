/** Files of other programs, converted: what the networks give against what PyTorch gave. */
import * as assert from 'uvu/assert';
import { foreignNetwork } from '../../../src/inversion/foreign.js';
import { invertImage } from '../../../src/inversion/invert-image.js';
import { loadModelFiles } from '../../../src/inversion/load-files.js';
import { makeGenerator } from '../../../src/inversion/load-generator.js';
import { fillNormals } from '../../../src/inversion/statistics/normals.js';
import type { Generator } from '../../../src/nets/generator.js';
import type { TestCase, TestContext } from '../../harness/case.js';
import { drawing } from '../../inversion/random-model.js';
import { evaluate } from '../../nets/evaluate.js';
import { generatorWeights } from '../../nets/random-weights.js';
import { compareSynthesis } from '../../nets/synthesis-recorded.js';
import { at } from './changes.js';
import { converted, stateOf } from './converted.js';
import { checkpointOf } from './networks.js';

interface Recorded {
  readonly file: string;
  readonly format: string;
  readonly part: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The prefix of what was recorded, and the side of f. */
  readonly name: string;
  readonly from: number;
}

const scaled = { scaled_demodulation_epsilon: true };
const files: readonly Recorded[] = [
  {
    file: 'stylegan2-ada.pkl',
    format: 'stylegan2-ada-pytorch',
    part: 'G_ema',
    options: { conv_clamp: 0.8 },
    name: 'stylegan2 clamp',
    from: 8,
  },
  {
    file: 'stylegan2-ada.pt',
    format: 'stylegan2-ada-pytorch',
    part: 'G_ema',
    options: {},
    name: 'stylegan2 plain',
    from: 8,
  },
  {
    file: 'stylegan2-stylegan3.pkl',
    format: 'stylegan2-ada-pytorch',
    part: 'G_ema',
    options: { conv_clamp: 256 },
    name: 'stylegan2 wide clamp',
    from: 8,
  },
  {
    file: 'stylegan2-rosinality.pt',
    format: 'rosinality stylegan2-pytorch',
    part: 'g_ema',
    options: scaled,
    name: 'stylegan2 scaled epsilon',
    from: 8,
  },
  {
    file: 'stylegan2-genforce.pth',
    format: 'genforce StyleGAN2',
    part: 'generator_smooth',
    options: scaled,
    name: 'stylegan2 scaled epsilon',
    from: 8,
  },
  {
    file: 'stylegan2-tensorflow.pkl',
    format: 'TensorFlow StyleGAN2',
    part: 'Gs',
    options: {},
    name: 'stylegan2 plain',
    from: 8,
  },
  {
    file: 'stylegan1-genforce.pth',
    format: 'genforce StyleGAN1',
    part: 'generator_smooth',
    options: { final_tanh: false },
    name: 'stylegan1 plain',
    from: 8,
  },
  {
    file: 'stylegan1-genforce-rows.pth',
    format: 'genforce StyleGAN1',
    part: '',
    options: { final_tanh: true },
    name: 'stylegan1 per row',
    from: 16,
  },
  {
    file: 'stylegan1-idinvert.pth',
    format: 'idinvert_pytorch',
    part: '',
    options: { final_tanh: true },
    name: 'stylegan1 per row',
    from: 16,
  },
  {
    file: 'stylegan1-tensorflow.pkl',
    format: 'TensorFlow StyleGAN1',
    part: 'Gs',
    options: {},
    name: 'stylegan1 plain',
    from: 8,
  },
];

const image = { relativeL2: 1e-4, greatest: 1e-4 };
const gradient = { relativeL2: 1e-4 };

const recorded: TestCase[] = files.map(({ file, format, part, options, name, from }) => ({
  name: `${file}: recognised, and draws what PyTorch drew, gradients too`,
  async run(t) {
    const { bytes, network, chosen } = await converted(t, file);
    assert.is(network.format, format);
    assert.is(chosen.part, part);
    assert.equal(network.options, options);
    const { generator } = await loadModelFiles({ generator: { name: file, bytes } });
    const fixture = await t.fixture('formats');
    const device = await t.device();
    const each = { image, gradient };
    t.log((await compareSynthesis(device, generator, fixture, { name, ...each })).join('; '));
    const entered = { name: `${name} from ${from}`, from, ...each };
    t.log((await compareSynthesis(device, generator, fixture, entered)).join('; '));
    t.record('file', bytes);
  },
}));

/** Inversion works with what was converted, in either host. */
const inverted: TestCase[] = files.map(({ file }) => ({
  name: `${file}: five steps of an inversion`,
  async run(t) {
    const { bytes } = await converted(t, file);
    const model = await loadModelFiles({ generator: { name: file, bytes } });
    const { state } = await invertImage(await t.device(), model, drawing(40), { steps: 5 });
    assert.is(state.step, 5);
    const errors = state.history.map(({ error }) => error);
    assert.ok(errors.every(Number.isFinite) && errors.at(-1)! < errors[0]!, `errors: ${errors}`);
  },
}));

/** The mean of what a generator's mapping gives for other random z than the conversion's. */
async function meanOf(t: TestContext, generator: Generator, samples: number): Promise<Float32Array> {
  const z = { shape: [samples, generator.zDim], data: new Float32Array(samples * generator.zDim) };
  fillNormals(z.data, 1, 0);
  const { w } = await evaluate(await t.device(), { z }, (inputs) => ({
    outputs: { w: generator.mapping(inputs.z!) },
  }));
  const mean = new Float32Array(generator.wDim);
  w!.forEach((value, at) => {
    mean[at % mean.length]! += value / samples;
  });
  return mean;
}

export const cases: TestCase[] = [
  ...recorded,
  ...inverted,
  {
    name: 'weights of five programs are the same to the bit, and those of the recording',
    async run(t) {
      const wanted = generatorWeights({ 4: 16, 8: 16, 16: 16, 32: 8 }, 16);
      for (const { file } of files.filter(({ file }) => file.startsWith('stylegan2'))) {
        const { state } = stateOf((await converted(t, file)).bytes, file);
        assert.equal(state.keys, [...wanted.keys].sort(), file);
        for (const key of wanted.keys) {
          const [found, own] = [state.get(key), wanted.get(key)];
          assert.equal(found.shape, own.shape, `${file}: ${key}`);
          assert.ok(
            found.data.every((value, at) => value === own.data[at]),
            `${file}: ${key}`,
          );
        }
      }
    },
  },
  {
    name: 'a mean w that the file lacks is made, and near that of other samples',
    async run(t) {
      const checkpoint = await checkpointOf(t, ['stylegan2-rosinality.pt']);
      at(checkpoint.value).delete('latent_avg');
      const { network } = await foreignNetwork(checkpoint, 'training.pt');
      assert.equal(network.facts.at(-1), ['Mean of w', 'not in the file; of 4,096 samples']);
      const found = await network.tensors.get('mapping.w_avg')!.read(0, 16);
      const { bytes } = await converted(t, 'stylegan2-rosinality.pt');
      const wanted = await meanOf(t, makeGenerator({}, stateOf(bytes, 'file').state), 8192);
      const off = wanted.map((value, at) => Math.abs(value - found[at]!));
      assert.ok(Math.max(...off) < 0.1, `off by ${off}`);
      assert.ok(Math.max(...wanted.map(Math.abs)) > 0.2, `${wanted}`);
    },
  },
  {
    name: 'a file of the time when noise was not stored has none',
    async run(t) {
      const checkpoint = await checkpointOf(t, ['stylegan2-rosinality.pt']);
      const state = at(checkpoint.value, 'g_ema');
      for (const key of state.keys()) if (String(key).startsWith('noises.')) state.delete(key);
      const { network } = await foreignNetwork(checkpoint, 'old.pt');
      assert.equal(network.facts.at(-1), ['Noise', 'none in the file; zero']);
      const noise = await network.tensors.get('synthesis.b8.conv1.noise_const')!.read(0, 64);
      assert.ok(noise.every((value) => value === 0));
    },
  },
  {
    name: 'the generator beside an encoder of pSp, its mean in every row',
    async run(t) {
      const { chosen, others } = await converted(t, 'psp.pt');
      assert.equal(
        [chosen, ...others].map(({ kind, part }) => `${kind} ${part}`),
        ['style-encoder encoder', 'stylegan2 decoder'],
      );
      const { network } = await converted(t, 'psp.pt', { part: 'decoder' });
      assert.is(network.kind, 'stylegan2');
      assert.is(network.tensors.get('mapping.w_avg')!.shape.length, 1);
    },
  },
];

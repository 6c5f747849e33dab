/** Files of other programs, converted: what the networks give against what PyTorch gave. */
import * as assert from 'uvu/assert';
import { makeGenerator } from '../../../src/inversion/load-generator.js';
import type { TestCase } from '../../harness/case.js';
import { compareSynthesis } from '../../nets/synthesis-recorded.js';
import { converted, stateOf } from './converted.js';

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
    options: {},
    name: 'stylegan1 plain',
    from: 8,
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

export const cases: TestCase[] = files.map(({ file, format, part, options, name, from }) => ({
  name: `${file}: recognised, and draws what PyTorch drew, gradients too`,
  async run(t) {
    const { bytes, network, chosen } = await converted(t, file);
    assert.is(network.format, format);
    assert.is(chosen.part, part);
    assert.equal(network.options, options);
    const { kind, state } = stateOf(bytes, file);
    const generator = makeGenerator({ architecture: kind as 'stylegan1', ...options }, state);
    const fixture = await t.fixture('formats');
    const device = await t.device();
    t.log(`${await compareSynthesis(device, generator, fixture, { name, image, gradient })}`);
    t.log(
      `${await compareSynthesis(device, generator, fixture, { name: `${name} from ${from}`, from, image, gradient })}`,
    );
    t.record('file', bytes);
  },
}));

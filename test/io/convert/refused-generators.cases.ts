/** Generators' files, changed, and files that hold none: each is refused with the key that is wrong. */
import * as assert from 'uvu/assert';
import { foreignNetwork } from '../../../src/inversion/foreign.js';
import { PickledDict, type PickledObject, type PickleValue } from '../../../src/io/checkpoint/index.js';
import { submodule } from '../../../src/io/convert/attributes.js';
import { checkValues } from '../../../src/io/convert/write.js';
import type { TestCase } from '../../harness/case.js';
import { refuses } from '../../inversion/refuses.js';
import { at, repeated, tensor } from './changes.js';
import { checkpointOf } from './networks.js';

interface Refused {
  readonly file: string;
  readonly part?: string;
  /** Changes what the file holds. */
  readonly change?: (value: PickleValue) => void;
  /** Gives something else in its place. */
  readonly instead?: (value: PickleValue) => PickleValue;
  readonly says: RegExp;
}

const dict = (entries: Readonly<Record<string, PickleValue>>) => new PickledDict(Object.entries(entries));

/** The state of a module of the pickle of stylegan2-ada-pytorch. */
function moduleState(value: PickleValue, path: string): PickledDict {
  const generator = (value as PickledDict).get('G_ema');
  return (submodule(generator, path) as PickledObject).state as PickledDict;
}

/** A network of a pickle of TensorFlow: Gs, or its component. */
function tensorflow(value: PickleValue, component?: string): PickledDict {
  const state = ((value as PickleValue[])[2] as PickledObject).state as PickledDict;
  if (component === undefined) return state;
  return ((state.get('components') as PickledDict).get(component) as PickledObject).state as PickledDict;
}

const SMALL = tensor([1, 1, 1, 1], 1);

const refused: Readonly<Record<string, Refused>> = {
  'a layer is missing': {
    file: 'stylegan2-rosinality.pt',
    change: (value) => void at(value, 'g_ema').delete('convs.3.activate.bias'),
    says: /Converting g_ema as rosinality .*: the weight 'convs\.3\.activate\.bias' is missing/,
  },
  'a layer too much': {
    file: 'stylegan2-genforce.pth',
    change: (value) => void at(value, 'generator_smooth').set('synthesis.layer9.weight', SMALL),
    says: /the weight 'synthesis\.layer9\.weight' is unknown/,
  },
  'a block without the one before it': {
    file: 'stylegan2-ada.pt',
    change: (value) => void at(value, 'G_ema').delete('synthesis.b16.conv1.weight'),
    says: /the weights 'synthesis\.b16\..*' and \d+ more are unknown/,
  },
  'kernels of another size': {
    file: 'stylegan1-genforce.pth',
    change: (value) =>
      void at(value, 'generator_smooth').set('synthesis.layer3.weight', tensor([16, 16, 5, 5])),
    says: /'synthesis\.layer3\.weight' is \[16, 16, 5, 5\], wanted \[any, any, 3, 3\]/,
  },
  'layers that do not fit together, by both names': {
    file: 'stylegan2-rosinality.pt',
    change: (value) => void at(value, 'g_ema').set('convs.1.conv.weight', tensor([1, 16, 12, 3, 3])),
    says: /'synthesis\.b8\.conv1\.weight' is \[16, 12, 3, 3\], wanted .*In the file it is 'convs\.1\.conv\.weight'/,
  },
  'a filter that is not ours': {
    file: 'stylegan2-rosinality.pt',
    change: (value) => void at(value, 'g_ema').set('to_rgbs.1.upsample.kernel', tensor([4, 4], 1, 1, 1, 1)),
    says: /the filter 'to_rgbs\.1\.upsample\.kernel' is not the one of \[1,3,3,1\]/,
  },
  'a weight that is NaN': {
    file: 'stylegan2-genforce.pth',
    change: (value) => void at(value, 'generator_smooth').set('mapping.dense1.bias', tensor([16], 1, NaN)),
    says: /tensor mapping\.fc1\.bias \(in the file 'mapping\.dense1\.bias'\): 1 of its 16 values are not finite/,
  },
  'more values than any network has, of few bytes': {
    file: 'stylegan2-rosinality.pt',
    change: (value) => {
      const state = at(value, 'g_ema');
      for (let row = 3; row < 70; row++) {
        state.set(`style.${row}.weight`, repeated(4096, 4096));
        state.set(`style.${row}.bias`, tensor([4096]));
      }
    },
    says: /it has \d+ values; at most 1073741824 are converted/,
  },
  'a conditional network': {
    file: 'stylegan2-ada.pt',
    change: (value) => void at(value, 'G_ema').set('mapping.embed.weight', tensor([16, 10])),
    says: /conditional \(it has the weight 'mapping\.embed\.weight'\)/,
  },
  'a conditional network of TensorFlow': {
    file: 'stylegan2-tensorflow.pkl',
    change: (value) => void (tensorflow(value).get('static_kwargs') as PickledDict).set('label_size', 10),
    says: /made with label_size=10, wanted 0/,
  },
  'a network of TensorFlow with another filter': {
    file: 'stylegan2-tensorflow.pkl',
    change: (value) =>
      void (tensorflow(value).get('static_kwargs') as PickledDict).set('resample_kernel', [1, 2, 1]),
    says: /made with resample_kernel=\[1,2,1\], wanted \[1,3,3,1\]/,
  },
  'a variable of TensorFlow is missing': {
    file: 'stylegan1-tensorflow.pkl',
    change: (value) => {
      const variables = tensorflow(value, 'synthesis').get('variables') as PickleValue[][];
      variables.splice(
        variables.findIndex(([name]) => name === '8x8/Conv0_up/StyleMod/bias'),
        1,
      );
    },
    says: /'synthesis\/8x8\/Conv0_up\/StyleMod\/bias' is missing/,
  },
  'a network that was still growing': {
    file: 'stylegan1-idinvert.pth',
    change: (value) => void at(value).set('synthesis.lod', tensor([], 1.5)),
    says: /level of detail 'synthesis\.lod' is 1\.5, wanted 0/,
  },
  'a network of TensorFlow that was still growing': {
    file: 'stylegan1-tensorflow.pkl',
    change: (value) => {
      const variables = tensorflow(value, 'synthesis').get('variables') as PickleValue[][];
      variables.find(([name]) => name === 'lod')![1] = 2;
    },
    says: /level of detail 'synthesis\/lod' is 2, wanted 0/,
  },
  'fused layers below others': {
    file: 'stylegan1-idinvert.pth',
    change: (value) => {
      const state = at(value);
      state.delete('synthesis.layer6.conv.weight');
      state.set('synthesis.layer6.weight', tensor([3, 3, 6, 6]));
    },
    says: /layers of the fused form are those of 32, 128 pixels, wanted all from one on/,
  },
  'residual architecture': {
    file: 'stylegan2-ada.pkl',
    change: (value) => void moduleState(value, 'synthesis.b16').set('architecture', 'resnet'),
    says: /synthesis\.b16\.architecture is "resnet", wanted "skip"/,
  },
  'a mapping of another learning rate': {
    file: 'stylegan2-ada.pkl',
    change: (value) => void moduleState(value, 'mapping.fc1').set('bias_gain', 0.1),
    says: /mapping\.fc1\.bias_gain is 0\.1, wanted 0\.01/,
  },
  'layers that are clamped at different values': {
    file: 'stylegan2-ada.pkl',
    change: (value) => void moduleState(value, 'synthesis.b8.torgb').set('conv_clamp', 256),
    says: /different conv_clamp: 0\.8, 256/,
  },
  StyleGAN3: {
    file: 'stylegan2-ada.pt',
    instead: () =>
      dict({ G_ema: dict({ 'synthesis.input.freqs': tensor([4, 2]), 'mapping.w_avg': tensor([4]) }) }),
    says: /holds an alias-free StyleGAN3 generator \('G_ema'\)/,
  },
  'StyleGAN-XL': {
    file: 'stylegan2-ada.pt',
    instead: () =>
      dict({
        G_ema: dict({ 'synthesis.input.freqs': tensor([4, 2]), 'mapping.embed_proj.weight': tensor([4, 4]) }),
      }),
    says: /holds a StyleGAN-XL generator \('G_ema'\)/,
  },
  'a discriminator alone': {
    file: 'stylegan2-ada.pkl',
    instead: (value) => dict({ D: (value as PickledDict).get('D')! }),
    says: /holds a discriminator \('D'\)/,
  },
  'an optimiser alone': {
    file: 'stylegan2-ada.pt',
    instead: () => dict({ g_optim: dict({ state: new PickledDict(), param_groups: [] }) }),
    says: /holds the state of an optimiser \('g_optim'\), and no network/,
  },
  'something else': {
    file: 'stylegan2-ada.pt',
    instead: () => dict({ words: 'a poem', 'layer.weight': tensor([2, 3]) }),
    says: /no network that fwplus knows, but words \("a poem"\); layer\.weight \(F32 \[2, 3\]\)\./,
  },
  'a part that there is not': {
    file: 'stylegan2-ada.pkl',
    part: 'H',
    says: /it has no network in a part 'H'/,
  },
};

export const cases: TestCase[] = Object.entries(refused).map(
  ([what, { file, part, change, instead, says }]) => ({
    name: what,
    async run(t) {
      const checkpoint = await checkpointOf(t, [file]);
      change?.(checkpoint.value);
      const value = instead?.(checkpoint.value) ?? checkpoint.value;
      await refuses(async () => {
        const { network } = await foreignNetwork({ ...checkpoint, value }, file, part);
        await checkValues(network);
      }, says);
    },
  }),
);

cases.push({
  name: 'unchanged, all of these files are converted',
  async run(t) {
    for (const file of new Set(Object.values(refused).map((each) => each.file))) {
      const { network } = await foreignNetwork(await checkpointOf(t, [file]), file);
      assert.ok(network.tensors.size > 0);
      await checkValues(network);
    }
  },
});

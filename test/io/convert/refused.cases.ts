/** Files of the networks that are no generators, changed: each is refused with the key that is wrong. */
import * as assert from 'uvu/assert';
import { PickledObject, type PickleValue, type TensorView } from '../../../src/io/checkpoint/index.js';
import type { TestCase } from '../../harness/case.js';
import { refuses } from '../../inversion/refuses.js';
import { at, tensor } from './changes.js';
import { checkpointOf, networkOf } from './networks.js';

const PNORM = ['mean_latent', 'eigen_values', 'eigen_vectors'].map((name) => `pnorm/${name}.npy`);
const LPIPS = ['vgg16.pth', 'lpips_vgg.pth'];

interface Refused {
  readonly files: readonly string[];
  readonly part?: string;
  readonly change?: (value: PickleValue) => void;
  readonly says: RegExp;
}

const refused: Readonly<Record<string, Refused>> = {
  'a layer is missing': {
    files: ['vgg16.pth'],
    change: (value) => at(value).delete('features.14.bias'),
    says: /VGG16 of torchvision: the weight 'features\.14\.bias' is missing/,
  },
  'a layer too much, as VGG19 has': {
    files: ['vgg16.pth'],
    change: (value) => at(value).set('features.30.weight', tensor([4, 4, 3, 3])),
    says: /the weight 'features\.30\.weight' is unknown/,
  },
  'a layer of another width': {
    files: ['alexnet.pth'],
    change: (value) => at(value).set('features.6.weight', tensor([6, 9, 3, 3])),
    says: /'features\.6\.weight' is \[6, 9, 3, 3\], wanted \[any, 5, 3, 3\]/,
  },
  'linear weights without their network': {
    files: ['lpips_vgg.pth'],
    says: /linear weights alone, for layers of 3, 5, 6, 7, 4 channels/,
  },
  'linear weights of another network': {
    files: LPIPS,
    change: (value) => at(value, 'lpips_vgg').set('lin3.model.1.weight', tensor([1, 9, 1, 1])),
    says: /for layers of 3, 5, 6, 9, 4 channels, and there is VGG16 with 3, 5, 6, 7, 4/,
  },
  'a linear weight below 0': {
    files: LPIPS,
    change: (value) => at(value, 'lpips_vgg').set('lin2.model.1.weight', tensor([1, 6, 1, 1], 1, -0.5)),
    says: /'lin2\.model\.1\.weight' has negative weights \(the least is -0\.5\)/,
  },
  'a linear layer is missing': {
    files: LPIPS,
    change: (value) => at(value, 'lpips_vgg').delete('lin4.model.1.weight'),
    says: /'lin4\.model\.1\.weight' is missing/,
  },
  'LPIPS on SqueezeNet': {
    files: LPIPS,
    change(value) {
      for (const layer of [5, 6])
        at(value, 'lpips_vgg').set(`lin${layer}.model.1.weight`, tensor([1, 2, 1, 1]));
    },
    says: /7 linear layers, as LPIPS on SqueezeNet has/,
  },
  'LPIPS v0.0, told by its sums': {
    files: LPIPS,
    change(value) {
      [3.642, 1.96, 1.123, 20.106, 25.69].forEach((sum, layer) => {
        const { shape } = at(value, 'lpips_vgg').get(`lin${layer}.model.1.weight`) as TensorView;
        at(value, 'lpips_vgg').set(`lin${layer}.model.1.weight`, tensor(shape, sum));
      });
    },
    says: /linear weights of LPIPS v0\.0/,
  },
  'a value that is not finite': {
    files: LPIPS,
    change: (value) => at(value, 'vgg16').set('features.5.bias', tensor([5], 0, Number.NaN)),
    says: /features\.5\.bias: 1 of its 5 values are not finite/,
  },
  'VGG16 for pictures as Caffe has them': {
    files: ['idinvert_vgg16.pth'],
    says: /idinvert_pytorch .*BGR from 0 to 255/,
  },
  'an encoder without a batch norm': {
    files: ['basecode_encoder.pth'],
    change: (value) => at(value, 'encoder').delete('model.14.running_var'),
    says: /Converting encoder as BDInvert_Release: the weight 'model\.14\.running_var' is missing/,
  },
  'an encoder with a layer too much': {
    files: ['basecode_encoder.pth'],
    change: (value) => at(value, 'encoder').set('model.36.weight', tensor([16, 16, 3, 3])),
    says: /'model\.36\.weight' is unknown/,
  },
  'the state of an optimiser alone': {
    files: ['basecode_encoder.pth'],
    change: (value) => at(value).delete('encoder'),
    says: /the state of an optimiser \('optimizer'\), and no network/,
  },
  'an encoder of IDinvert whose shortcut is missing': {
    files: ['idinvert_encoder.pth'],
    change: (value) => at(value).delete('block3.conv.weight'),
    says: /'block3\.conv\.weight' is missing/,
  },
  'an encoder of IDinvert with an uneven code': {
    files: ['idinvert_encoder.pth'],
    change(value) {
      at(value).set('block4.fc.weight', tensor([71, 96]));
      for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
        at(value).set(`block4.bn.bn.${part}`, tensor([71]));
    },
    says: /'block4\.fc\.weight' makes 71 numbers, wanted 8 rows/,
  },
  'an encoder that sees six channels': {
    files: ['psp.pt'],
    part: 'encoder',
    change: (value) => at(value, 'state_dict').set('encoder.input_layer.0.weight', tensor([3, 6, 3, 3])),
    says: /'input_layer\.0\.weight' is \[3, 6, 3, 3\], wanted \[any, 3, 3, 3\]/,
  },
  'an encoder without a row': {
    files: ['psp.pt'],
    part: 'encoder',
    change: (value) => at(value, 'state_dict').delete('encoder.styles.5.convs.2.bias'),
    says: /'styles\.5\.convs\.2\.bias' is missing/,
  },
  'an encoder of a type that is not known': {
    files: ['psp.pt'],
    part: 'encoder',
    change: (value) => at(value, 'opts').set('encoder_type', 'BackboneEncoderUsingLastLayerIntoW'),
    says: /its encoder_type is "BackboneEncoderUsingLastLayerIntoW"/,
  },
  'an encoder without opts': {
    files: ['e4e.pt'],
    part: 'encoder',
    change: (value) => at(value).delete('opts'),
    says: /no opts\.encoder_type/,
  },
  'an encoder without the mean that it starts from': {
    files: ['psp.pt'],
    part: 'encoder',
    change: (value) => at(value).delete('latent_avg'),
    says: /start_from_latent_avg, and the file has no latent_avg/,
  },
  'an encoder with a mean of another code': {
    files: ['psp.pt'],
    part: 'encoder',
    change: (value) => at(value).set('latent_avg', tensor([18, 5])),
    says: /latent_avg is \[18, 5\], wanted \[8, 5\] or \[5\]/,
  },
  'statistics of which one array is missing': {
    files: PNORM.slice(0, 2),
    says: /'eigen_vectors' is missing/,
  },
  'eigenvectors that are no square': {
    files: PNORM,
    change: (value) => at(value).set('eigen_vectors', tensor([16, 15])),
    says: /'eigen_vectors' 240, wanted 16, 16 and 16 × 16/,
  },
  'eigenvectors that are not at right angles': {
    files: PNORM,
    change: (value) => at(value).set('eigen_vectors', tensor([16, 16], 1)),
    says: /'eigen_vectors' are no unit vectors at right angles/,
  },
  'an eigenvalue below 0': {
    files: PNORM,
    change: (value) => at(value).set('eigen_values', tensor([16], 3, 2, -0.1)),
    says: /'eigen_values' has -0\.1\d* at place 2/,
  },
  'a mean with NaN': {
    files: PNORM,
    change: (value) => at(value).set('mean_latent', tensor([16], 0, Number.NaN)),
    says: /'mean_latent' has NaN at place 1/,
  },
  'complex eigenvectors': {
    files: PNORM,
    change: (value) =>
      at(value).set('eigen_vectors', new PickledObject('numpy', 'ndarray', ["{'descr': '<c16'"])),
    says: /'eigen_vectors' is no array of real numbers/,
  },
  'a boundary in rows that there are not': {
    files: ['expression.npy'],
    change: (value) => at(value, 'meta_data').set('manipulate_layers', [2, 12]),
    says: /'expression': 'manipulate_layers' is no list of rows from 0 to 7/,
  },
  'a boundary in rows with gaps': {
    files: ['expression.npy'],
    change: (value) => at(value, 'meta_data').set('manipulate_layers', [2, 5]),
    says: /'expression': it acts in rows 2, 5, which have gaps/,
  },
  'directions for two generators': {
    files: ['age.pt', 'pose.pt'],
    change: (value) => at(value).set('age', tensor([1, 512], 1)),
    says: /for codes of 512 and 16 numbers a row/,
  },
  'components of two files': {
    files: ['ganspace.npz', 'ffhq_pca.pt'],
    says: /two are called 'pc-0'/,
  },
  'components without their mean': {
    files: ['ganspace.npz'],
    change: (value) => at(value).delete('lat_mean'),
    says: /'lat_mean' is missing/,
  },
  'components that are not of length 1': {
    files: ['ffhq_pca.pt'],
    change: (value) => at(value).set('comp', tensor([3, 1, 16], 2)),
    says: /component 0 has the length 2/,
  },
};

const changed = Object.entries(refused).map(
  ([what, { files, part, change, says }]): TestCase => ({
    name: what,
    async run(t) {
      const checkpoint = await checkpointOf(t, files);
      change?.(checkpoint.value);
      await refuses(() => networkOf(checkpoint, files[0]!, part), says);
    },
  }),
);

export const cases: TestCase[] = [
  ...changed,
  {
    name: 'variances that are rounded to below 0 become the least that is not, and this is said',
    async run(t) {
      const checkpoint = await checkpointOf(t, PNORM);
      at(checkpoint.value).set(
        'eigen_values',
        tensor([16], 3, 2, -1e-8, 0, ...new Array<number>(12).fill(0.5)),
      );
      const { tensors, facts } = await networkOf(checkpoint, 'pnorm');
      assert.equal(
        [...(await tensors.get('eigen_values')!.read(0, 16))],
        [3, 2, ...new Array<number>(14).fill(0.5)],
      );
      assert.ok(facts.some(([, text]) => text.startsWith('2 variances that were rounded')));
    },
  },
  {
    name: 'two files of one name are not joined',
    async run(t) {
      await refuses(() => checkpointOf(t, ['age.pt', 'age.pt']), /two are called 'age'/);
    },
  },
];

/** Files of P-norm+ statistics and of directions, against the formulas of the programs that wrote them. */
import * as assert from 'uvu/assert';
import { applyDirections } from '../../../src/inversion/editing/edit.js';
import { readForeignDirections } from '../../../src/inversion/editing/foreign-directions.js';
import { defaultMethod } from '../../../src/inversion/method.js';
import type { Model } from '../../../src/inversion/model.js';
import { checkPNorm, type PNormStatistics, whiten } from '../../../src/inversion/pnorm.js';
import { bytesSource } from '../../../src/io/checkpoint/index.js';
import { TensorFile } from '../../../src/io/safetensors.js';
import { StyleGan2 } from '../../../src/nets/stylegan2.js';
import type { TestCase, TestContext } from '../../harness/case.js';
import { randomModel, SMALL } from '../../inversion/random-model.js';
import { refuses } from '../../inversion/refuses.js';
import { assertRecorded, evaluate } from '../../nets/evaluate.js';
import { generatorWeights, uniform } from '../../nets/random-weights.js';
import { checkpointOf, networkOf, stateOf } from './networks.js';

const WIDTH = 16;
const ROWS = 8;
const PNORM = ['mean_latent', 'eigen_values', 'eigen_vectors'].map((name) => `pnorm/${name}.npy`);
const model: Model = {
  ...randomModel(SMALL),
  generator: new StyleGan2(generatorWeights({ 4: 2, 8: 2, 16: 2, 32: 2 }, WIDTH)),
};
const recorded = async (t: TestContext) => TensorFile.parse(await t.fixture('other_formats'));

/** Against v by the published formula, axes by falling eigenvalue; an axis has no sign of its own, but the files keep theirs. */
function whitening(files: readonly string[], format: string): TestCase {
  return {
    name: `${format}: codes are whitened as the program does`,
    async run(t) {
      const network = await networkOf(await checkpointOf(t, files), files[0]!);
      assert.equal([network.kind, network.format], ['pnorm', format]);
      const state = await stateOf(network);
      const statistics: PNormStatistics = {
        mean: state.get('mean_latent', [WIDTH]).data,
        eigenvalues: state.get('eigen_values', [WIDTH]).data,
        eigenvectors: state.get('eigen_vectors', [WIDTH, WIDTH]).data,
      };
      checkPNorm(statistics, WIDTH);
      assert.equal(statistics.eigenvalues, statistics.eigenvalues.toSorted().reverse());
      const code = { shape: [3, WIDTH], data: uniform('p codes', [3, WIDTH]) };
      const { v } = await evaluate(await t.device(), { code }, (inputs) => ({
        outputs: { v: whiten(inputs.code!, statistics) },
      }));
      assertRecorded(v!, await recorded(t), 'whitened', { relativeL2: 1e-4 });
    },
  };
}

async function directionsOf(t: TestContext, file: string) {
  return readForeignDirections(bytesSource(file, await t.file(`test/fixtures/formats/${file}`)), WIDTH);
}

function edit(file: string, name: string, amount: number, wanted: string): TestCase {
  return {
    name: `${file}: ${wanted}, as its program moves codes`,
    async run(t) {
      const direction = (await directionsOf(t, file)).find((each) => each.name === name);
      assert.ok(direction);
      const codes = { base: undefined, detail: uniform('edited code', [ROWS, WIDTH]) };
      const edited = applyDirections(codes, model, defaultMethod('w+', 8), [{ direction, amount }]);
      assertRecorded(edited.detail, await recorded(t), wanted, { relativeL2: 1e-6, greatest: 1e-6 });
    },
  };
}

export const cases: TestCase[] = [
  whitening(PNORM, 'BDInvert_Release'),
  whitening(['ii2s_PCA.npz'], 'II2S'),
  edit('age.pt', 'age', 1.5, 'age by 1.5'),
  edit('pose.pt', 'pose', -2, 'pose by -2'),
  edit('expression.npy', 'expression', 3, 'expression by 3'),
  edit('ffhq_pca.pt', 'pc-1', 2, 'pc-1 at 2'),
  edit('ganspace.npz', 'pc-1', 2, 'pc-1 at 2'),
  {
    name: 'files of directions become one, by the names of the files',
    async run(t) {
      const files = ['age.pt', 'pose.pt', 'smile_w_boundary.npy', 'expression.npy'];
      const { kind, options, tensors } = await networkOf(await checkpointOf(t, files), files[0]!);
      assert.is(kind, 'directions');
      const shapes = [...tensors].map(([name, { shape }]) => [name, shape]);
      assert.equal(shapes, [
        ['age', [16]],
        ['pose', [8, 16]],
        ['smile_w_boundary', [16]],
        ['expression', [8, 16]],
      ]);
      const entries = options.directions as unknown as Record<string, { rows: number[] }>;
      assert.equal(
        Object.values(entries).map(({ rows }) => rows),
        [
          [0, 17],
          [0, 7],
          [0, 17],
          [2, 4],
        ],
      );
    },
  },
  {
    name: 'directions for another code are refused',
    async run(t) {
      const bytes = await t.file('test/fixtures/formats/age.pt');
      await refuses(
        () => readForeignDirections(bytesSource('age.pt', bytes), 512),
        /'age' is \[16\], .* 512/,
      );
      const vgg = await t.file('test/fixtures/formats/vgg16.pth');
      await refuses(() => readForeignDirections(bytesSource('vgg16.pth', vgg), WIDTH), /holds no directions/);
      const [pose] = await directionsOf(t, 'pose.pt');
      const codes = { base: undefined, detail: new Float32Array(6 * WIDTH) };
      const smaller = {
        ...model,
        generator: new StyleGan2(generatorWeights({ 4: 2, 8: 2, 16: 2 }, WIDTH)),
      };
      await refuses(
        () => applyDirections(codes, smaller, defaultMethod('w+', 8), [{ direction: pose!, amount: 1 }]),
        /'pose' has vectors for 8 rows, the code of this generator has 6/,
      );
    },
  },
];

/** Models of converted files: what makes one, its name, what is refused. */
import * as assert from 'uvu/assert';
import { encodeDirections } from '../../src/inversion/editing/directions-file.js';
import { loadModelFiles, type ModelFiles, withParts } from '../../src/inversion/load-files.js';
import { BasecodeEncoder } from '../../src/nets/basecode-encoder.js';
import { IdInvertEncoder } from '../../src/nets/idinvert-encoder.js';
import { StyleEncoder } from '../../src/nets/style-encoder.js';
import { StyleGan1 } from '../../src/nets/stylegan1.js';
import type { TestCase } from '../harness/case.js';
import { generatorWeights } from '../nets/random-weights.js';
import {
  encoderFile,
  idInvertFile,
  lpipsAlexFile,
  lpipsFile,
  networkFile,
  pnormFile,
  styleEncoderFile,
  styleGan1File,
  styleGan2File,
  WIDTH,
} from './network-files.js';
import { refuses } from './refuses.js';

const generator = styleGan2File();
const whole: ModelFiles = {
  generator,
  encoders: [encoderFile()],
  perceptual: lpipsFile(),
  pnorm: pnormFile(),
};

export const cases: TestCase[] = [
  {
    name: 'a generator alone is a model; the rest is missing and not made up',
    async run() {
      const model = await loadModelFiles({ generator });
      assert.is(model.generator.resolution, 16);
      assert.equal(
        [model.encoder, model.perceptual, model.pnorm, model.directions],
        [undefined, undefined, undefined, []],
      );
      assert.match(model.id, /^tiny stylegan2 \([0-9a-f]{8}\)$/);
      assert.is(model.generatorId, model.id);
      assert.is(model.baseSize, 8);
      const other = await loadModelFiles({ generator: styleGan1File() });
      assert.instance(other.generator, StyleGan1);
      assert.is(other.domain, 'StyleGAN1');
    },
  },
  {
    name: 'a part that is misspelt is refused, not left out',
    async run() {
      const misspelt = { generator, encoder: encoderFile() } as ModelFiles;
      await refuses(() => loadModelFiles(misspelt), /no part 'encoder'/);
    },
  },
  {
    name: 'the base code has side 16 from 256 pixels on, unless it is chosen or the encoder says so',
    async run() {
      const channels = { 4: 4, 8: 4, 16: 4, 32: 4, 64: 4, 128: 4, 256: 4 };
      const large = styleGan2File({}, channels);
      const size = async (files: Partial<ModelFiles>, baseSize?: number) =>
        (await loadModelFiles({ generator: large, ...files }, { baseSize })).baseSize;
      assert.is(await size({}), 16);
      assert.is(await size({}, 8), 8);
      assert.is(await size({ encoders: [encoderFile({}, 4)] }), 16);
      assert.is(await size({ encoders: [encoderFile({}, 4)] }, 32), 32);
      assert.is(await size({ encoders: [encoderFile({ options: { base_size: 8 } }, 4)] }), 8);
      assert.is(await size({ encoders: [encoderFile({ options: { base_size: 8 } }, 4)] }, 32), 8);
      const model = await loadModelFiles({ generator: large, encoders: [encoderFile({}, 4)] });
      const other = { encoders: [encoderFile({ dtype: 'F16' }, 4)] };
      assert.is((await withParts(model, other)).baseSize, 16);
      assert.is((await withParts(model, other, { baseSize: 32 })).baseSize, 32);
      assert.is((await withParts(model, {}, { baseSize: 32 })).baseSize, 16, 'its encoder is for 16');
    },
  },
  {
    name: 'the name has every part in it that an inversion goes by, and codes ask for the generator alone',
    async run() {
      const models = await Promise.all([
        loadModelFiles({ generator }),
        loadModelFiles(whole),
        loadModelFiles({ ...whole, encoders: [] }),
        loadModelFiles({ ...whole, perceptual: lpipsAlexFile() }),
        loadModelFiles({ ...whole, encoders: [encoderFile({ dtype: 'F16' })] }),
      ]);
      const ids = models.map(({ id }) => id);
      assert.is(new Set(ids).size, ids.length, ids.join());
      assert.match(ids[1]!, /^tiny stylegan2 \([0-9a-f]{8}\) with encoder, LPIPS, P-norm\+ \([0-9a-f]{8}\)$/);
      assert.is(new Set(models.map(({ generatorId }) => generatorId)).size, 1);
      const directions = {
        name: 'directions.safetensors',
        bytes: encodeDirections([
          { name: 'hat', description: '', vector: new Float32Array(WIDTH), rows: { from: 2, to: 3 } },
        ]),
      };
      const named = await loadModelFiles({ ...whole, directions });
      assert.is(named.id, ids[1]);
      assert.is(named.directions[0]!.name, 'hat');
      const clamped = await loadModelFiles({ generator: styleGan2File({ options: { conv_clamp: 256 } }) });
      assert.is.not(clamped.generatorId, models[0]!.generatorId);
    },
  },
  {
    name: 'fp16 files are read as float32',
    async run() {
      const half = await loadModelFiles({ generator: styleGan2File({ dtype: 'F16' }) });
      const full = await loadModelFiles({ generator });
      const difference = half.generator.meanCode.map((value, at) => value - full.generator.meanCode[at]!);
      assert.ok(difference.some((value) => value !== 0));
      assert.ok(difference.every((value) => Math.abs(value) < 1e-3));
    },
  },
  {
    name: 'parts take the place of a model’s own',
    async run() {
      const model = await loadModelFiles(whole);
      assert.is((await withParts(model, {})).id, model.id);
      const other = await withParts(model, { perceptual: lpipsAlexFile() });
      assert.is(other.perceptual!.trunk, 'alexnet');
      assert.is(other.encoder, model.encoder);
      assert.is.not(other.id, model.id);
    },
  },
  {
    name: 'an encoder of W+ codes stands beside a base-code encoder or alone, whatever their order',
    async run() {
      const [base, own] = [encoderFile(), styleEncoderFile()];
      const both = await loadModelFiles({ ...whole, encoders: [own, base] });
      assert.instance(both.encoder, BasecodeEncoder);
      assert.instance(both.codeEncoder, StyleEncoder);
      assert.is((await loadModelFiles({ ...whole, encoders: [base, own] })).id, both.id);
      assert.match(both.id, /with two encoders, LPIPS, P-norm/);
      const alone = await loadModelFiles({ generator, encoders: [idInvertFile()] });
      assert.instance(alone.codeEncoder, IdInvertEncoder);
      assert.is(alone.encoder, undefined);
      assert.match(alone.id, /with encoder \(/);
      const joined = await withParts(await loadModelFiles(whole), { encoders: [own] });
      assert.instance(joined.encoder, BasecodeEncoder);
      assert.instance(joined.codeEncoder, StyleEncoder);
      const second = (encoders: ModelFiles['encoders'], pattern: RegExp) =>
        refuses(() => loadModelFiles({ ...whole, encoders }), pattern);
      await second(
        [base, own, idInvertFile()],
        /idinvert-encoder\.safetensors is the second encoder of W\+ codes/,
      );
      await second([base, base], /the second base-code encoder/);
      await second(
        [styleEncoderFile({ rows: 8 })],
        /makes a code of 8 rows of 32, the generator takes 6 of 32/,
      );
      await second([styleEncoderFile({ wDim: 16 })], /6 rows of 16, the generator takes 6 of 32/);
      await second([styleEncoderFile({ options: {} })], /has an encoder_type of undefined/);
    },
  },
  {
    name: 'files that do not belong are refused',
    async run() {
      const wrong = (change: Partial<ModelFiles>, pattern: RegExp) =>
        refuses(() => loadModelFiles({ ...whole, ...change }), pattern);
      await wrong({ generator: encoderFile() }, /holds a base-code encoder, wanted a StyleGAN2 generator or/);
      await wrong({ encoders: [generator] }, /holds a StyleGAN2 generator, wanted a base-code encoder/);
      await wrong({ perceptual: pnormFile() }, /P-norm\+ statistics, wanted LPIPS/);
      await wrong({ pnorm: lpipsFile() }, /LPIPS, wanted P-norm\+ statistics/);
      await wrong({ directions: lpipsFile() }, /holds no directions/);
      await wrong(
        { encoders: [encoderFile({}, 12)] },
        /makes 12 channels, the generator’s base code of side 8 has 8/,
      );
      await wrong(
        { encoders: [encoderFile({ options: { base_size: 12 } })] },
        /base code of side 12 does not exist/,
      );
      await wrong({ encoders: [encoderFile({ options: { base_size: '8' } })] }, /base_size of "8"/);
      await wrong(
        { pnorm: pnormFile({ generator: 'cats (12345678)' }) },
        /statistics of 'cats \(12345678\)', the gen/,
      );
      const named = async (options: Record<string, unknown>, pattern: RegExp) =>
        wrong({ generator: styleGan2File({ options }) }, pattern);
      await named({ conv_clamp: '256' }, /stylegan2\.safetensors has a conv_clamp of "256"/);
      await named({ final_tanh: true }, /final_tanh of true, which is of a stylegan1/);
      const broken = networkFile('stylegan1', generatorWeights({ 4: 8, 8: 8, 16: 8 }, WIDTH));
      await wrong({ generator: broken }, /no StyleGAN1 but a StyleGAN2/);
      await refuses(() => loadModelFiles({ generator }, { baseSize: 32 }), /base code of side 32/);
    },
  },
];

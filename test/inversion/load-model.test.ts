/** What a manifest may say, and what is refused. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel } from '../../src/inversion/load-model.js';
import { encodeTensors } from '../../src/io/safetensors.js';
import { sha256 } from '../../src/io/sha256.js';
import { StyleGan1 } from '../../src/nets/stylegan1.js';
import { styleGan1Weights } from '../nets/random-weights.js';
import { refuses } from './refuses.js';

const folder = new URL('../../../weights/', import.meta.url);

interface Entry {
  name: string;
  sha256: unknown;
}
type Manifest = Record<string, unknown> & { files: Entry[] };

/** The default model with another manifest. */
async function withManifest(change: (manifest: Manifest) => void) {
  const manifest = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8')) as Manifest;
  change(manifest);
  return loadModel(async (file) =>
    file === 'manifest.json'
      ? new TextEncoder().encode(JSON.stringify(manifest))
      : new Uint8Array(await readFile(new URL(file, folder))),
  );
}

test('a perceptual network and directions may be missing; those are no part of the name', async () => {
  const without = (part: string) =>
    withManifest((manifest) => {
      manifest.files = manifest.files.filter(({ name }) => name !== `${part}.safetensors`);
    });
  const whole = await withManifest(() => {});
  const [plain, blind] = [await without('directions'), await without('perceptual')];
  assert.equal([plain.directions, plain.id], [[], whole.id]);
  assert.is(blind.perceptual, undefined);
  assert.is.not(blind.id, whole.id);
});

test('the name of a model has all its parts in it', async () => {
  const whole = await withManifest(() => {});
  const without = await withManifest((manifest) => {
    manifest.files = manifest.files.filter(({ name }) => name !== 'encoder.safetensors');
  });
  assert.is(without.encoder, undefined);
  const clamped = await withManifest((manifest) => {
    manifest.conv_clamp = 256;
    manifest.scaled_demodulation_epsilon = true;
  });
  const ids = [whole, without, clamped].map(({ id }) => id);
  assert.is(new Set(ids).size, 3, ids.join());
  for (const id of ids) assert.match(id, /^\S+ \S+ \([0-9a-f]{8}\)$/);
});

/** The default model's perceptual network with a StyleGAN1 of random weights. */
async function withStyleGan1(change: Readonly<Record<string, unknown>> = {}) {
  const state = styleGan1Weights({ 4: 8, 8: 8, 16: 4 }, 16);
  const bytes = encodeTensors(
    Object.fromEntries(state.keys.map((key) => [key, { dtype: 'F32', ...state.get(key) }])),
    {},
  );
  const own = { name: 'generator.safetensors', sha256: await sha256(bytes) };
  const manifest = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8')) as Manifest;
  const perceptual = manifest.files.find(({ name }) => name === 'perceptual.safetensors')!;
  const described = { ...manifest, architecture: 'stylegan1', files: [own, perceptual], ...change };
  return loadModel(async (file) => {
    if (file === 'manifest.json') return new TextEncoder().encode(JSON.stringify(described));
    return file === own.name ? bytes : new Uint8Array(await readFile(new URL(file, folder)));
  });
}

test('a StyleGAN1 is read, its options part of the name', async () => {
  const plain = await withStyleGan1();
  assert.instance(plain.generator, StyleGan1);
  assert.is(plain.generator.resolution, 16);
  const others = [{ final_tanh: true }, { fused_from: null }, { fused_from: 8 }];
  const ids = [plain, ...(await Promise.all(others.map(withStyleGan1)))].map(({ id }) => id);
  assert.is(new Set(ids).size, 4, ids.join());
  // What goes without saying is no other model.
  const said = await withStyleGan1({ final_tanh: false, fused_from: 128, conv_clamp: null });
  assert.is(said.id, plain.id);
});

test('a generator that is not what the manifest says is refused', async () => {
  await refuses(() => withStyleGan1({ architecture: undefined }), /no StyleGAN2 but a StyleGAN1/);
  await refuses(() => withStyleGan1({ conv_clamp: 256 }), /conv_clamp of 256, which is of a stylegan2/);
  await refuses(() => withStyleGan1({ final_tanh: 1 }), /final_tanh of 1, wanted true or false/);
  await refuses(() => withStyleGan1({ fused_from: 0 }), /fused_from of 0, wanted a number above 0/);
});

test('a manifest that is wrong is refused in words', async () => {
  const set = (key: string, value: unknown) => (manifest: Manifest) => {
    manifest[key] = value;
  };
  const wrong: readonly [RegExp, (manifest: Manifest) => void][] = [
    [/no 'version'/, set('version', undefined)],
    [/a 'model' that is no text/, set('model', 7)],
    [/no list of files/, set('files', {})],
    [/place 0 of its files no name with a sha256: null/, set('files', [null])],
    [/place 0 .*sha256/, (manifest) => set('sha256', 12)(manifest.files[0] as unknown as Manifest)],
    [
      /place 0 .*\.\.\/secret/,
      (manifest) => set('name', '../secret')(manifest.files[0] as unknown as Manifest),
    ],
    [/generator\.safetensors twice/, (manifest) => manifest.files.push(manifest.files[0]!)],
    [/conv_clamp of "256"/, set('conv_clamp', '256')],
    [/conv_clamp of -1/, set('conv_clamp', -1)],
    [/scaled_demodulation_epsilon of 1/, set('scaled_demodulation_epsilon', 1)],
    [/architecture of "stylegan3", wanted 'stylegan1' or 'stylegan2'/, set('architecture', 'stylegan3')],
    [/final_tanh of true, which is of a stylegan1/, set('final_tanh', true)],
    [/no StyleGAN1 but a StyleGAN2/, set('architecture', 'stylegan1')],
    [/base code of side 12 does not exist/, set('base_code', { size: 12 })],
  ];
  for (const [pattern, change] of wrong) await refuses(() => withManifest(change), pattern);
});

test.run();

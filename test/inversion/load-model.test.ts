/** What a manifest may say, and what is refused. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel } from '../../src/inversion/load-model.js';
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
    [/base code of side 12 does not exist/, set('base_code', { size: 12 })],
  ];
  for (const [pattern, change] of wrong) await refuses(() => withManifest(change), pattern);
});

test.run();

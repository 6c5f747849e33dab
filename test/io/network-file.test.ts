/** Converted files: what is read, and what is refused with which advice. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FwplusError } from '../../src/errors.js';
import { parseNetworkFile, quoted, requireNetwork } from '../../src/io/network-file.js';
import { encodeTensors } from '../../src/io/safetensors.js';

const one = { x: { dtype: 'F32', shape: [1], data: Float32Array.of(1) } } as const;
const marks = {
  fwplus: '1',
  network: 'stylegan2',
  options: '{"conv_clamp":256}',
  name: 'faces',
  source: 'a.pkl',
};
const fileOf = (metadata: Record<string, string>) => encodeTensors(one, metadata);

function refusal(body: () => unknown): FwplusError {
  try {
    body();
  } catch (error) {
    assert.instance(error, FwplusError);
    return error as FwplusError;
  }
  throw new Error('it was not refused');
}

test('metadata is read', () => {
  const { network, options, title, tensors } = parseNetworkFile(fileOf(marks), 'faces.safetensors');
  assert.equal([network, options, title], ['stylegan2', { conv_clamp: 256 }, 'faces']);
  assert.equal(tensors.floats('x'), Float32Array.of(1));
  const { name: _, options: __, ...bare } = marks;
  const unnamed = parseNetworkFile(fileOf(bare), 'folder/cats.256.safetensors');
  assert.equal([unnamed.title, unnamed.options], ['cats.256', {}]);
});

test('a checkpoint is refused with the command that converts it', () => {
  const fixture = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../../../test/fixtures/checkpoints/${name}`, import.meta.url)));
  for (const name of ['ada2.pkl', 'legacy.pt', 'nested-zip.pkl', 'c.npy']) {
    const { message, hint } = refusal(() => parseNetworkFile(fixture(name), `/models/${name}`));
    assert.match(message, /a checkpoint as another program wrote it/);
    const stem = name.replace(/\..*/, '');
    assert.is(hint, `Convert it first: fwplus convert /models/${name} -o /models/${stem}.safetensors`);
  }
  const { hint } = refusal(() => parseNetworkFile(fixture('ada2.pkl'), 'my model’s.pkl'));
  assert.match(hint!, /convert 'my model’s\.pkl' -o 'my model’s\.safetensors'$/);
  assert.is(quoted("it's"), `'it'\\''s'`);
});

test('other files are refused by what they are', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  const said = (bytes: Uint8Array) => refusal(() => parseNetworkFile(bytes, 'a.safetensors'));
  assert.match(said(text('<html>Sign in</html>')).message, /an HTML page/);
  assert.match(said(text('version https://git-lfs.github.com/spec/v1')).message, /Git LFS/);
  assert.match(said(new Uint8Array()).message, /empty/);
  assert.match(said(fileOf({})).message, /no network that fwplus has converted/);
  // Not onto itself.
  assert.match(said(fileOf({})).hint!, /convert a\.safetensors -o a\.converted\.safetensors/);
  assert.match(said(fileOf({ ...marks, fwplus: '2' })).message, /another version .* version '2'/);
  assert.match(said(fileOf({ ...marks, network: 'stylegan3' })).message, /network 'stylegan3'/);
  assert.match(said(fileOf({ ...marks, network: 'toString' })).message, /network 'toString'/);
  for (const options of ['[]', '7', 'null', '{'])
    assert.match(said(fileOf({ ...marks, options })).message, /options are no JSON object/);
});

test('a network in the wrong place is refused, with where it belongs', () => {
  const file = parseNetworkFile(fileOf(marks), 'a.safetensors');
  requireNetwork(file, ['stylegan1', 'stylegan2'], 'a.safetensors');
  const { message, hint } = refusal(() => requireNetwork(file, ['basecode-encoder'], 'a.safetensors'));
  assert.is(message, 'a.safetensors holds a StyleGAN2 generator, wanted a base-code encoder.');
  assert.match(hint!, /--model/);
  const encoder = parseNetworkFile(fileOf({ ...marks, network: 'style-encoder' }), 'psp.safetensors');
  assert.match(
    refusal(() => requireNetwork(encoder, ['stylegan2'], 'psp.safetensors')).hint!,
    /given as --encoder/,
  );
});

test.run();

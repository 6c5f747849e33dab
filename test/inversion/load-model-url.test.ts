/** Models from the web, without a server. */
import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModelUrl } from '../../src/inversion/load-model-url.js';
import { refuses } from './refuses.js';

const weights = new URL('../../../weights/', import.meta.url);
const { fetch } = globalThis;

const test = suite('models from the web');
test.after.each(() => {
  globalThis.fetch = fetch;
});

function answering(answer: (url: URL) => Response | Promise<Response>): void {
  globalThis.fetch = async (url) => answer(url as URL);
}

test('every file comes from the folder of the address', async () => {
  answering(async ({ href }) => {
    assert.ok(href.startsWith('https://example.org/model/'), href);
    const file = await readFile(new URL(href.slice('https://example.org/model/'.length), weights));
    return new Response(new Uint8Array(file));
  });
  const model = await loadModelUrl('https://example.org/model');
  assert.is(model.generator.resolution, 64);
});

test('what is in the way is said', async () => {
  const load = () => loadModelUrl('https://example.org/model/');
  answering(() => new Response('', { status: 404 }));
  await refuses(load, /model\/manifest\.json: the server answered 404\./);
  answering(() => new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }));
  await refuses(load, /answered with a web page/);
  answering(() => Promise.reject(new TypeError('fetch failed')));
  await refuses(load, /model\/manifest\.json: fetch failed\./);
});

test.run();

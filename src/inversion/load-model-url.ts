/** A model from the web. */
import { FwplusError } from '../errors.js';
import { loadModel } from './load-model.js';
import type { Model } from './model.js';

const HINT = 'Check the address, and that the server lets this page read it (CORS).';

/**
 * Reads a model from the address of a folder with a manifest.json; in a page relative to it.
 * @throws FwplusError where a file cannot be had, and as `loadModel` does.
 */
export function loadModelUrl(folder: string | URL): Promise<Model> {
  const base = new URL(folder, globalThis.location?.href);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return loadModel((file) => load(new URL(file, base)));
}

async function load(url: URL): Promise<Uint8Array> {
  let found: string;
  try {
    const response = await fetch(url);
    const isPage = response.headers.get('content-type')?.startsWith('text/html');
    if (response.ok && !isPage) return new Uint8Array(await response.arrayBuffer());
    found = isPage ? 'the server answered with a web page' : `the server answered ${response.status}`;
  } catch (cause) {
    throw new FwplusError(`Loading ${url}: ${(cause as Error).message}.`, { hint: HINT, cause });
  }
  throw new FwplusError(`Loading ${url}: ${found}.`, { hint: HINT });
}

/** fwplus in a browser. */
import { FwplusError } from './errors.js';
import { loadModel } from './inversion/load-model.js';
import type { Model } from './inversion/model.js';

export * from './index.js';

/** Reads a model from the address of a folder with a manifest.json. Throws a FwplusError on a bad file. */
export function loadModelUrl(folder: string | URL): Promise<Model> {
  const base = new URL(folder, globalThis.location?.href);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return loadModel(async (file) => {
    const response = await fetch(new URL(file, base));
    if (!response.ok) {
      throw new FwplusError(`Loading ${file} from ${base}: the server answered ${response.status}.`, {
        hint: 'Check the address, and that the server lets this page read it (CORS).',
      });
    }
    return new Uint8Array(await response.arrayBuffer());
  });
}

/** Models in folders, in Node. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FwplusError } from './errors.js';
import { loadModel } from './inversion/load-model.js';
import type { Model } from './inversion/model.js';
import { readBytes } from './io/node/files.js';
import { PACKAGE_FOLDER } from './io/node/package-folder.js';

/** Reads a model from a folder with a manifest.json; without one, the default model. Throws a FwplusError on a bad file. */
export function loadModelFolder(folder = join(PACKAGE_FOLDER, 'weights')): Promise<Model> {
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new FwplusError(`There is no model in ${folder}: it has no manifest.json.`, {
      hint: 'Give a folder as described in weights/README.md, or none for the default model.',
    });
  }
  return loadModel((file) => readBytes(join(folder, file)));
}

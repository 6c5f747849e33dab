/** The model that a command line names: a folder, a converted generator with files beside it, or the default one. */
import { stat } from 'node:fs/promises';
import { FwplusError } from '../errors.js';
import { loadModelFiles, type ModelFile, type ModelParts, withParts } from '../inversion/load-files.js';
import type { Model } from '../inversion/model.js';
import { HEAD_BYTES } from '../io/checkpoint/recognise.js';
import { convertCommand, refuseUnconverted } from '../io/network-file.js';
import { fileSource } from '../io/node/file-source.js';
import { readBytes } from '../io/node/files.js';
import { loadModelFolder } from '../model-folder.node.js';
import type { Options } from './options.js';

type ModelOptions = Pick<Options, 'model' | 'baseSize' | 'parts'>;

/** @throws FwplusError where a file is missing, of the wrong kind or damaged, and where parts do not fit together. */
export async function loadChosenModel({ model: path, baseSize, parts }: ModelOptions): Promise<Model> {
  if (path !== undefined && !(await is(path, 'folder'))) {
    const generator = await readFile(path);
    return loadModelFiles({ generator, ...(await readParts(parts)) }, { baseSize });
  }
  return withParts(await loadModelFolder(path), await readParts(parts), { baseSize });
}

/** A converted file. What is something else is refused by its beginning: checkpoints may be larger than memory. */
async function readFile(path: string): Promise<ModelFile> {
  if (await is(path, 'folder')) {
    throw new FwplusError(`${path} is a folder, wanted a converted file.`, {
      hint: `Convert what is in it: ${convertCommand(path)}`,
    });
  }
  const source = await fileSource(path);
  try {
    const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
    refuseUnconverted(head, source.size, path);
  } finally {
    await source.close();
  }
  return { name: path, bytes: await readBytes(path) };
}

async function readParts({ encoders, perceptual, pnorm, directions }: Options['parts']): Promise<ModelParts> {
  const one = (path: string | undefined) => (path === undefined ? undefined : readFile(path));
  return {
    encoders: await Promise.all(encoders.map(readFile)),
    perceptual: await one(perceptual),
    pnorm: await one(pnorm),
    directions: await one(directions),
  };
}

async function is(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  return stat(path).then(
    (found) => (kind === 'file' ? found.isFile() : found.isDirectory()),
    () => false,
  );
}

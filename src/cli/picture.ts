/** Input pictures: read, checked, made square. */
import { basename, extname } from 'node:path';
import { FwplusError } from '../errors.js';
import type { Model } from '../inversion/model.js';
import { decodeImage } from '../io/decode.js';
import { fit } from '../io/fit.js';
import type { Image } from '../io/image.js';
import { readBytes } from '../io/node/files.js';
import type { Options } from './options.js';

export interface Picture {
  /** The file's name without folder and extension; names results. */
  readonly name: string;
  readonly path: string;
  /** A square of the generator's resolution. */
  readonly image: Image;
}

/** Reads pictures one after the other and keeps only their squares. A bad one is refused before the GPU is touched. */
export async function readPictures(
  paths: readonly string[],
  model: Model,
  options: Options,
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const path of paths) pictures.push(await readPicture(path, model, options));
  return pictures;
}

export async function readPicture(
  path: string,
  model: Model,
  { maxPixels, fit: mode }: Options,
): Promise<Picture> {
  const whole = await decodeImage(await readBytes(path), { name: path, maxPixels });
  return { name: nameOf(path), path, image: fit(whole, model.generator.resolution, mode).image };
}

/** Throws where two pictures would write the same results, or a picture's name is no name of a folder. */
export function checkNames(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const name = nameOf(path).toLowerCase();
    if (name === '.' || name === '..') {
      throw new FwplusError(`Results of ${path} would be named '${name}', which is no name of a folder.`, {
        hint: 'Rename it.',
      });
    }
    const other = seen.get(name);
    if (other !== undefined) {
      throw new FwplusError(`${other} and ${path} would both write results named '${nameOf(path)}'.`, {
        hint: 'Rename one, or invert them into different folders.',
      });
    }
    seen.set(name, path);
  }
}

export function nameOf(path: string): string {
  return basename(path, extname(path));
}

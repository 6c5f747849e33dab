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
  readonly image: Image;
}

/** Reads a picture as it is: a bad one is refused before the GPU is touched. */
export async function readPicture(path: string, options: Options): Promise<Picture> {
  const image = await decodeImage(await readBytes(path), { name: path, maxPixels: options.maxPixels });
  return { name: nameOf(path), path, image };
}

/** The picture as a square of the generator's resolution. */
export function fitted(picture: Picture, model: Model, options: Options): Picture {
  return { ...picture, image: fit(picture.image, model.generator.resolution, options.fit).image };
}

/** Throws where two pictures would write the same results. */
export function checkNames(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const name = nameOf(path).toLowerCase();
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

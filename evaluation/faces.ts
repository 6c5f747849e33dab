/** The faces of the evaluation: faces.png and faces.json, made by weights/recipe/evaluation_faces.py. */
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../src/index.node.js';
import { decodeImage } from '../src/io/decode.js';
import { crop } from '../src/io/fit.js';
import type { Image } from '../src/io/image.js';
import { readBytes } from '../src/io/node/files.js';
import { resizeLanczos } from '../src/io/resize.js';

export const EVALUATION_FOLDER = join(PACKAGE_FOLDER, 'evaluation');

/** How one face stands in its picture: shift in half pictures, right and down; turn in degrees, clockwise; scale. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly degrees: number;
  readonly scale: number;
}

interface FacesFile {
  readonly faces: readonly number[];
  readonly size: number;
  readonly transforms: readonly { readonly name: string; readonly moves: readonly Placement[] }[];
}

export interface FaceSet {
  /** Names, the upright one first. */
  readonly transforms: readonly string[];
  readonly count: number;
  /** Every face as a transform shows it. */
  readonly images: (transform: string) => readonly Image[];
}

/** @param size side in pixels to which they are brought. */
export async function readFaces(size: number): Promise<FaceSet> {
  const about = JSON.parse(
    new TextDecoder().decode(await readBytes(join(EVALUATION_FOLDER, 'faces.json'))),
  ) as FacesFile;
  const all = await decodeImage(await readBytes(join(EVALUATION_FOLDER, 'faces.png')));
  const { size: side } = about;
  const transforms = about.transforms.map(({ name }) => name);
  return {
    transforms,
    count: about.faces.length,
    images: (transform) =>
      about.faces.map((_, at) => {
        const place = { x: at * side, y: transforms.indexOf(transform) * side, width: side, height: side };
        return resizeLanczos(crop(all, place), size, size);
      }),
  };
}

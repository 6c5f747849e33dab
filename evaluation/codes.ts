/** The codes in the output folder: where they are, and what an earlier evaluation left of them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { slug } from '../src/cli/earlier.js';
import { FwplusError } from '../src/errors.js';
import type { InversionState } from '../src/inversion/codes.js';
import { type Method, methodName } from '../src/inversion/method.js';
import type { Model } from '../src/inversion/model.js';
import { decodeState, savedSteps } from '../src/inversion/saved.js';
import { hashTarget, prepareTarget, type Target } from '../src/inversion/target.js';
import type { Image } from '../src/io/image.js';
import { readBytes } from '../src/io/node/files.js';
import type { EvaluationOptions } from './options.js';

export interface CodesOptions {
  /** Where codes go. */
  readonly folder: string;
  readonly steps: number;
  /** Whether what is there counts. */
  readonly resume: boolean;
}

/** Faces, all moved in one way. */
export interface FacesUnder {
  readonly transform: string;
  readonly images: readonly Image[];
}

/** One face on its way. */
export interface Inversion {
  readonly transform: string;
  readonly target: Target;
  readonly path: string;
  /** How far it is; undefined where it is not begun. */
  state: InversionState | undefined;
}

/**
 * The inversions of faces by a method, each as far as its file has it.
 * @throws FwplusError where a file is of another face or method, or after more than `steps` steps.
 */
export async function readInversions(
  model: Model,
  method: Method,
  { transform, images }: FacesUnder,
  { folder, steps, resume }: CodesOptions,
): Promise<Inversion[]> {
  return Promise.all(
    images.map(async (image, at) => {
      const target = prepareTarget(image, model, method);
      const path = pathOf(folder, methodName(method), transform, at);
      const state = resume && existsSync(path) ? decodeState(await readBytes(path), model, path) : undefined;
      if (state && state.targetHash !== (await hashTarget(target)))
        throw unfit(path, 'is of another picture');
      if (state && JSON.stringify(state.method) !== JSON.stringify(method))
        throw unfit(path, 'was made with other settings');
      if (state && state.step > steps) throw unfit(path, `has ${state.step} steps, wanted ${steps}`);
      return { transform, target, path, state };
    }),
  );
}

/** Whether codes of a transform have been begun or made in a folder. */
export function hasCodes(folder: string, method: string, transform: string): boolean {
  return existsSync(pathOf(folder, method, transform, 0));
}

/**
 * A file of codes that an evaluation would write over, and that is of one that did not come to its end; undefined where there is none.
 * One that did may be made again.
 */
export async function unfinishedCodes({
  output,
  methods,
  transforms,
  images,
  steps,
}: EvaluationOptions): Promise<string | undefined> {
  const paths = methods.flatMap((method) =>
    transforms.flatMap((transform) =>
      Array.from({ length: images }, (_, at) => pathOf(output, methodName(method), transform, at)),
    ),
  );
  const there = paths.filter((path) => existsSync(path));
  for (const path of there) {
    if (there.length < paths.length || savedSteps(await readBytes(path), path) < steps) return path;
  }
  return undefined;
}

function unfit(path: string, found: string): FwplusError {
  return new FwplusError(`The evaluation cannot go on from ${path}: it ${found}.`, {
    hint: 'Choose another folder (-o), or give --restart instead of --resume to write over it.',
  });
}

function pathOf(folder: string, method: string, transform: string, face: number): string {
  const name = `${transform.replace('/', '-')}.${String(face).padStart(2, '0')}.safetensors`;
  return join(folder, slug(method), name);
}

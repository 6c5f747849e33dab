/** Inverts faces in batches, and saves every batch so that an interrupted evaluation goes on. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Autosave } from '../src/cli/autosave.js';
import { slug } from '../src/cli/earlier.js';
import { FwplusError } from '../src/errors.js';
import type { InversionState } from '../src/inversion/codes.js';
import type { BatchProgress, Inverter } from '../src/inversion/inverter.js';
import { methodName } from '../src/inversion/method.js';
import { decodeState, encodeState } from '../src/inversion/saved.js';
import { hashTarget, prepareTarget, type Target } from '../src/inversion/target.js';
import type { Image } from '../src/io/image.js';
import { readBytes, writeAllAtomic } from '../src/io/node/files.js';

export interface InvertingOptions {
  /** Where codes go. */
  readonly folder: string;
  readonly steps: number;
  readonly resume: boolean;
  readonly signal: AbortSignal;
  /** @param before faces of earlier batches. */
  readonly onProgress: (progress: BatchProgress, before: number) => void;
}

/** Faces, all moved in one way. */
export interface FacesUnder {
  readonly transform: string;
  readonly images: readonly Image[];
}

/** The states of each set's faces, all after `steps` steps; undefined where it was interrupted, which is saved. */
export async function invertFaces(
  inverter: Inverter,
  sets: readonly FacesUnder[],
  options: InvertingOptions,
): Promise<InversionState[][] | undefined> {
  const method = methodName(inverter.method);
  const all = sets.flatMap(({ transform, images }) =>
    images.map((face, at) => ({ face, path: pathOf(options.folder, method, transform, at) })),
  );
  const states: InversionState[] = [];
  for (let first = 0; first < all.length; first += inverter.batch) {
    const part = all.slice(first, first + inverter.batch);
    const made = await invertBatch(
      inverter,
      part.map(({ face }) => face),
      part.map(({ path }) => path),
      { ...options, onProgress: (progress) => options.onProgress(progress, first) },
    );
    if (!made.every(({ step }) => step >= options.steps)) return undefined;
    states.push(...made);
  }
  return sets.map(({ images }) => states.splice(0, images.length));
}

/** Whether codes of a transform have been begun or made in a folder. */
export function hasCodes(folder: string, method: string, transform: string): boolean {
  return existsSync(pathOf(folder, method, transform, 0));
}

async function invertBatch(
  inverter: Inverter,
  faces: readonly Image[],
  paths: readonly string[],
  {
    folder,
    steps,
    resume,
    signal,
    onProgress,
  }: Omit<InvertingOptions, 'onProgress'> & { readonly onProgress: (progress: BatchProgress) => void },
): Promise<InversionState[]> {
  const { model, method } = inverter;
  const targets = faces.map((face) => prepareTarget(face, model, method));
  const earlier = resume ? await readStates(inverter, targets, paths, steps) : undefined;
  if (earlier?.every(({ step }) => step === steps)) return earlier;
  await mkdir(join(folder, slug(methodName(method))), { recursive: true });
  const save = (states: readonly InversionState[]) =>
    writeAllAtomic(states.map((state, at) => ({ path: paths[at]!, content: encodeState(state, model) })));
  const autosave = new Autosave((line) => process.stderr.write(`\nWarning  ${line}\n`), 60000);
  const states = await inverter.runAll(targets, {
    steps,
    signal,
    ...(earlier && { resume: earlier }),
    onProgress: async (progress) => {
      onProgress(progress);
      await autosave.due(async () => save(await progress.states()));
    },
  });
  await save(states);
  return states;
}

/**
 * Of all faces of a batch, or undefined: states of different steps cannot go on together.
 * @throws FwplusError where one is of another face or method, or after more than `steps` steps.
 */
async function readStates(
  { model, method }: Inverter,
  targets: readonly Target[],
  paths: readonly string[],
  steps: number,
): Promise<InversionState[] | undefined> {
  if (!paths.every((path) => existsSync(path))) return undefined;
  const states = await Promise.all(
    paths.map(async (path) => decodeState(await readBytes(path), model, path)),
  );
  const hashes = await Promise.all(targets.map(hashTarget));
  states.forEach((state, at) => {
    if (state.targetHash !== hashes[at]) throw unfit(paths[at]!, 'is of another picture');
    if (JSON.stringify(state.method) !== JSON.stringify(method))
      throw unfit(paths[at]!, 'was made with other settings');
    if (state.step > steps) throw unfit(paths[at]!, `has ${state.step} steps, wanted ${steps}`);
  });
  return states.every(({ step }) => step === states[0]!.step) ? states : undefined;
}

function unfit(path: string, found: string): FwplusError {
  return new FwplusError(`The evaluation cannot go on from ${path}: it ${found}.`, {
    hint: 'Choose another folder (-o), or leave --resume out to write over it.',
  });
}

function pathOf(folder: string, method: string, transform: string, face: number): string {
  const name = `${transform.replace('/', '-')}.${String(face).padStart(2, '0')}.safetensors`;
  return join(folder, slug(method), name);
}

/** Inverts faces in batches, and saves every batch so that an interrupted evaluation goes on. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Autosave } from '../src/cli/autosave.js';
import { slug } from '../src/cli/earlier.js';
import type { InversionState } from '../src/inversion/codes.js';
import type { BatchProgress, Inverter } from '../src/inversion/inverter.js';
import { methodName } from '../src/inversion/method.js';
import { decodeState, encodeState } from '../src/inversion/saved.js';
import { prepareTarget } from '../src/inversion/target.js';
import type { Image } from '../src/io/image.js';
import { readBytes, writeAllAtomic } from '../src/io/node/files.js';

export interface InvertingOptions {
  /** Where codes go. */
  readonly folder: string;
  readonly steps: number;
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
}

/** The states of all faces under a transform, all after `steps` steps; undefined where it was interrupted, which is saved. */
export async function invertFaces(
  inverter: Inverter,
  faces: readonly Image[],
  transform: string,
  options: InvertingOptions,
): Promise<InversionState[] | undefined> {
  const states: InversionState[] = [];
  for (let first = 0; first < faces.length; first += inverter.batch) {
    const part = faces.slice(first, first + inverter.batch);
    const paths = part.map((_, at) => pathOf(options.folder, inverter, transform, first + at));
    const made = await invertBatch(inverter, part, paths, options);
    if (!made.every(({ step }) => step >= options.steps)) return undefined;
    states.push(...made);
  }
  return states;
}

async function invertBatch(
  inverter: Inverter,
  faces: readonly Image[],
  paths: readonly string[],
  { folder, steps, resume, signal, onProgress }: InvertingOptions,
): Promise<InversionState[]> {
  const { model, method } = inverter;
  const earlier = resume ? await readStates(inverter, paths) : undefined;
  if (earlier?.every(({ step }) => step >= steps)) return earlier;
  await mkdir(join(folder, slug(methodName(method))), { recursive: true });
  const save = (states: readonly InversionState[]) =>
    writeAllAtomic(states.map((state, at) => ({ path: paths[at]!, content: encodeState(state, model) })));
  const autosave = new Autosave((line) => process.stderr.write(`\nWarning  ${line}\n`), 60000);
  const states = await inverter.runAll(
    faces.map((face) => prepareTarget(face, model, method)),
    {
      steps,
      signal,
      ...(earlier && { resume: earlier }),
      onProgress: async (progress) => {
        onProgress(progress);
        await autosave.due(async () => save(await progress.states()));
      },
    },
  );
  await save(states);
  return states;
}

/** Of all faces of a batch, or undefined: states of different steps cannot go on together. */
async function readStates(
  { model }: Inverter,
  paths: readonly string[],
): Promise<InversionState[] | undefined> {
  if (!paths.every((path) => existsSync(path))) return undefined;
  const states = await Promise.all(
    paths.map(async (path) => decodeState(await readBytes(path), model, path)),
  );
  return states.every(({ step }) => step === states[0]!.step) ? states : undefined;
}

function pathOf(folder: string, { method }: Inverter, transform: string, face: number): string {
  const name = `${transform.replace('/', '-')}.${String(face).padStart(2, '0')}.safetensors`;
  return join(folder, slug(methodName(method)), name);
}

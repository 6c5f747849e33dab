/** What earlier runs left in an output folder: finished codes, and what was saved of interrupted runs. */
import { existsSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FwplusError } from '../errors.js';
import type { Computation } from '../inversion/codes.js';
import { type Method, methodName } from '../inversion/method.js';
import type { Model } from '../inversion/model.js';
import { savedProgress } from '../inversion/saved.js';
import { readBytes } from '../io/node/files.js';
import type { Options } from './options.js';

/** `f/w+ clip` as a part of file names. */
export function slug(name: string): string {
  return name.replace('/', '').replace('+', 'plus').replaceAll(' ', '-');
}

export function finishedPath(folder: string, method: Method): string {
  return join(folder, `codes.${slug(methodName(method))}.safetensors`);
}

export function partialPath(folder: string, method: Method): string {
  return join(folder, `codes.${slug(methodName(method))}.partial.safetensors`);
}

/**
 * Refuses a run that would write over what an interrupted one saved, unless it is to go on (`resume`) or to throw that
 * away (`restart`).
 */
export function checkPartials(
  folders: readonly string[],
  methods: readonly Method[],
  options: Options,
): void {
  refuseUnlessTold(partials(folders, methods)[0], options);
}

/** The same for one file, undefined where there is none. */
export function refuseUnlessTold(
  found: string | undefined,
  { resume, restart }: Pick<Options, 'resume' | 'restart'>,
): void {
  if (found === undefined || resume || restart) return;
  throw new FwplusError(`${found} holds the work of an earlier run that was interrupted.`, {
    hint: `Add ${spelt('--resume')} to go on with it, or ${spelt('--restart')} to throw it away.`,
  });
}

/** An option as it has to be typed: npm keeps those to itself that stand before `--`. */
export function spelt(option: string): string {
  return /^(start|evaluate)$/.test(process.env.npm_lifecycle_event ?? '') ? `-- ${option}` : option;
}

export async function removePartials(folders: readonly string[], methods: readonly Method[]): Promise<void> {
  for (const path of partials(folders, methods)) await unlink(path);
}

function partials(folders: readonly string[], methods: readonly Method[]): string[] {
  const all = folders.flatMap((folder) => methods.map((method) => partialPath(folder, method)));
  return all.filter((path) => existsSync(path));
}

/**
 * What computed the first of the inversions that have less than `steps` steps: its plans are to run here, too
 * (`BuildOptions.like`).
 */
export async function earlierComputation(
  folders: readonly string[],
  method: Method,
  model: Model,
  steps: number,
): Promise<Computation | undefined> {
  for (const folder of folders) {
    const earlier = await readEarlier(folder, method);
    if (!earlier) continue;
    const { step, computation } = savedProgress(earlier.bytes, model, earlier.path);
    if (step < steps) return computation;
  }
  return undefined;
}

/** The file to go on from: what was saved of an interrupted run, else a finished one. */
export async function readEarlier(
  folder: string,
  method: Method,
): Promise<{ path: string; bytes: Uint8Array } | undefined> {
  const paths = [partialPath(folder, method), finishedPath(folder, method)];
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : { path, bytes: await readBytes(path) };
}

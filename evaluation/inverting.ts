/** Inverts faces in batches, whatever their transforms, and saves every batch so that an interrupted evaluation goes on. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Autosave } from '../src/cli/autosave.js';
import type { InversionState } from '../src/inversion/codes.js';
import type { BatchProgress, Inverter } from '../src/inversion/inverter.js';
import { encodeState } from '../src/inversion/saved.js';
import { writeAllAtomic } from '../src/io/node/files.js';
import type { Inversion } from './codes.js';

export interface InvertingOptions {
  readonly steps: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
}

type Begun = Pick<Inversion, 'state'>;

export function stepOf({ state }: Begun): number {
  return state?.step ?? 0;
}

/** What lacks steps, up to `most` at once, all of a batch after as many steps: only such can go on together. */
export function batchesOf<T extends Begun>(all: readonly T[], steps: number, most: number): T[][] {
  const alike = new Map<number, T[]>();
  for (const each of all) {
    if (stepOf(each) >= steps) continue;
    alike.set(stepOf(each), [...(alike.get(stepOf(each)) ?? []), each]);
  }
  return [...alike.values()].flatMap((same) =>
    Array.from({ length: Math.ceil(same.length / most) }, (_, at) => same.slice(at * most, (at + 1) * most)),
  );
}

/** Takes a batch to `steps` steps, or as far as it comes until it is interrupted; it is saved either way. */
export async function invertBatch(
  inverter: Inverter,
  batch: readonly Inversion[],
  { steps, signal, onProgress }: InvertingOptions,
): Promise<void> {
  await mkdir(dirname(batch[0]!.path), { recursive: true });
  const save = (states: readonly InversionState[]) =>
    writeAllAtomic(
      batch.map(({ path }, at) => ({ path, content: encodeState(states[at]!, inverter.model) })),
    );
  const autosave = new Autosave((line) => process.stderr.write(`\nWarning  ${line}\n`), 60000);
  const states = await inverter.runAll(
    batch.map(({ target }) => target),
    {
      steps,
      signal,
      ...(stepOf(batch[0]!) > 0 && { resume: batch.map(({ state }) => state!) }),
      onProgress: async (progress) => {
        onProgress(progress);
        await autosave.due(progress.states, save);
      },
    },
  );
  await save(states);
  batch.forEach((each, at) => {
    each.state = states[at];
  });
}

import { FwplusError } from '../../errors.js';
import type { Checkpoint } from '../checkpoint/index.js';
import type { Candidate } from './format.js';
import { FORMATS } from './formats/index.js';
import { stemOf } from './join.js';

/** What of a checkpoint is to be converted, and what else it holds. */
export interface Recognised {
  readonly chosen: Candidate;
  readonly others: readonly Candidate[];
}

/**
 * Finds out which networks a checkpoint holds; `part` chooses one. Throws a `FwplusError` that says what the file holds
 * where there is none that fwplus knows. `name` is what errors call the file.
 */
export function recogniseNetworks(checkpoint: Checkpoint, name: string, part?: string): Recognised {
  const all = FORMATS.flatMap((format) => format.find(checkpoint, stemOf(name)));
  const chosen = part === undefined ? all[0] : all.find((candidate) => candidate.part === part);
  if (chosen) return { chosen, others: all.filter((candidate) => candidate !== chosen) };
  throw new FwplusError(`Converting ${name}: there is no network in it that fwplus knows.`);
}

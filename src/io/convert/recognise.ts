import { FwplusError } from '../../errors.js';
import { type Checkpoint, PickledDict } from '../checkpoint/index.js';
import type { Candidate } from './format.js';
import { FORMATS } from './formats/index.js';
import { stemOf } from './join.js';
import { knownButRefused } from './refusals.js';
import { summarise } from './summary.js';

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
  refuseConverted(checkpoint, name);
  const found = FORMATS.flatMap((format) => format.find(checkpoint, stemOf(name)));
  // What two formats know is what the first of them says: arrays of P-norm+ could be directions, too.
  const all = found.filter(({ part: own }, at) => found.findIndex((other) => other.part === own) === at);
  const chosen = part === undefined ? all[0] : all.find((candidate) => candidate.part === part);
  if (chosen) return { chosen, others: all.filter((candidate) => candidate !== chosen) };
  if (part !== undefined && all.length > 0) {
    const names = all.map((candidate) => (candidate.part === '' ? 'the file itself' : `'${candidate.part}'`));
    throw new FwplusError(`Converting ${name}: it has no network in a part '${part}'.`, {
      hint: `There are: ${names.join(', ')}.`,
    });
  }
  const known = knownButRefused(checkpoint);
  if (known) {
    throw new FwplusError(`Converting ${name}: it holds ${known.found}.`, { hint: known.hint });
  }
  const keys = summarise(checkpoint).map(({ key, text }) => `${key} (${text})`);
  throw new FwplusError(
    `Converting ${name}: it holds no network that fwplus knows, but ${keys.slice(0, 5).join('; ') || 'nothing'}${keys.length > 5 ? '; …' : ''}.`,
    { hint: 'See "fwplus convert --help" for what is read.' },
  );
}

/** What fwplus has written says what it is, and more than its weights do. */
function refuseConverted({ value }: Checkpoint, name: string): void {
  const metadata = value instanceof PickledDict ? value.attributes : undefined;
  const network =
    metadata instanceof PickledDict && metadata.has('fwplus') ? metadata.get('network') : undefined;
  if (network === undefined) return;
  throw new FwplusError(`Converting ${name}: it is converted already (network '${network}').`, {
    hint: 'Give it to a command as it is, or convert the original again.',
  });
}

/** `fwplus tune`: races the plans of a model's programs on the adapter, and remembers the fastest. */
import { tuningStore } from '#tuning-store';
import type { Raced } from '../engine/tuning/tuner.js';
import { tuneModel } from '../inversion/tune-model.js';
import { columns } from './columns.js';
import { loadChosenModel } from './model.js';
import type { Options } from './options.js';
import { withSession } from './session.js';
import { UsageError } from './usage-error.js';

export async function tune(options: Options): Promise<number> {
  if (options.images.length > 0) throw new UsageError('tune takes no pictures.', { hint: 'fwplus tune' });
  const model = await loadChosenModel(options);
  return withSession(options, model, async ({ device, signal, say, interrupted }) => {
    const store = tuningStore();
    say('Racing   the machine should have nothing else to do.');
    const found = await tuneModel(device, model, store, {
      signal,
      baseSize: options.baseSize,
      mostMilliseconds: 1000 * (options.seconds ?? Number.POSITIVE_INFINITY),
      onRaced: ({ key, winner }, done, of) => say(`${`${done}/${of}`.padEnd(8)} ${key}: ${winner}`),
    });
    process.stdout.write(`\n${summary(found)}\nRemembered in ${store.place}\n`);
    return signal.aborted ? interrupted(true, 'Interrupted; what was raced is remembered.') : 0;
  });
}

/** How many shapes were raced, and a table of those that another plan than the usual one is faster for. */
function summary(found: readonly Raced[]): string {
  const changed = found.filter(({ winner, preferred }) => winner !== preferred);
  const said = `${found.length} shapes raced; for ${changed.length} of them another plan than the usual one is faster.\n`;
  if (changed.length === 0) return said;
  const rows = changed.map(({ key, winner, preferred, milliseconds }) => {
    const time = (plan: string) => milliseconds.get(plan)?.toFixed(3) ?? '';
    return [key, preferred, time(preferred), winner, time(winner)];
  });
  return `${said}\n${columns([['shape', 'usual plan', 'ms', 'faster plan', 'ms'], ...rows])}\n`;
}

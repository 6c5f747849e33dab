/** `fwplus tune`: races the plans of a model's programs on the adapter, and remembers the fastest. */
import { tuningStore } from '#tuning-store';
import type { PlannedConvolution } from '../autograd/lowering.js';
import { withDisposal } from '../engine/disposal.js';
import { adapterKey } from '../engine/tuning/keys.js';
import { remember } from '../engine/tuning/remembered.js';
import { type Raced, tune as race } from '../engine/tuning/tuner.js';
import { loadModelFolder } from '../index.node.js';
import { Inverter } from '../inversion/inverter.js';
import { defaultMethod, type Space } from '../inversion/method.js';
import { Renderer } from '../inversion/renderer.js';
import { columns } from './columns.js';
import type { Options } from './options.js';
import { type Session, withSession } from './session.js';
import { UsageError } from './usage-error.js';

const SPACES: readonly Space[] = ['f/w+', 'w+'];

export async function tune(options: Options): Promise<number> {
  if (options.images.length > 0) throw new UsageError('tune takes no pictures.', { hint: 'fwplus tune' });
  const model = await loadModelFolder(options.model);
  return withSession(options, model, async (session) => {
    const { device, signal, say } = session;
    const store = tuningStore();
    // What cannot be written should be known before the work, not after it.
    await remember(store, adapterKey(device.facts), {});
    const convolutions = await convolutionsOf(session);
    say('Racing; the machine should have nothing else to do.');
    const found = await race(device, convolutions, {
      signal,
      mostMilliseconds: 1000 * (options.seconds ?? Number.POSITIVE_INFINITY),
      onRaced: async (raced, done, of) => {
        await remember(store, adapterKey(device.facts), { [raced.key]: raced.winner });
        say(`${`${done}/${of}`.padEnd(8)} ${raced.key}: ${raced.winner}`);
      },
    });
    process.stdout.write(`\n${summary(found)}\nRemembered in ${store.place}\n`);
    return signal.aborted ? session.interrupted(true, 'Interrupted; what was raced is remembered.') : 0;
  });
}

/** Of what inverts and draws in both latent spaces, once each. */
async function convolutionsOf({ device, model, signal }: Session): Promise<PlannedConvolution[]> {
  const all: PlannedConvolution[] = [];
  for (const space of SPACES) {
    if (signal.aborted) break;
    await withDisposal(async (held) => {
      const method = defaultMethod(space, model.baseSize);
      all.push(...held.use(await Inverter.build(device, model, method)).convolutions);
      all.push(...held.use(await Renderer.build(device, model, method)).convolutions);
    });
  }
  return all;
}

/** The shapes for which another plan than the preferred one is faster. */
function summary(found: readonly Raced[]): string {
  const changed = found.filter(({ winner, preferred }) => winner !== preferred);
  const said = `${found.length} shapes raced; for ${changed.length} of them another plan than the usual one is faster.\n`;
  if (changed.length === 0) return said;
  const milliseconds = (time: number | undefined) => time?.toFixed(3) ?? '';
  const rows = changed.map(({ key, winner, preferred, milliseconds: times }) => [
    key,
    preferred,
    milliseconds(times.get(preferred)),
    winner,
    milliseconds(times.get(winner)),
  ]);
  return `${said}\n${columns([['shape', 'usual plan', 'ms', 'faster plan', 'ms'], ...rows])}\n`;
}

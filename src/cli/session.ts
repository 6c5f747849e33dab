/** What every command that inverts needs: a device, a model, a way to be interrupted. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeAdapter } from '../engine/adapter.js';
import { type Device, openDevice } from '../engine/device.js';
import { FwplusError } from '../errors.js';
import { loadModel } from '../inversion/load-model.js';
import type { Model } from '../inversion/model.js';
import { readBytes } from '../io/node/files.js';
import type { Options } from './options.js';

/** The package's own folder, from dist/src/cli. */
export const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const DEFAULT_MODEL = join(PACKAGE, 'weights');

export interface Session {
  readonly device: Device;
  readonly model: Model;
  readonly adapter: string;
  readonly isDefaultModel: boolean;
  /** Aborted by the first Ctrl-C; the second one ends the process. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Loads the model first, so that a bad file is refused before the GPU is touched. */
export async function withSession<T>(options: Options, body: (session: Session) => Promise<T>): Promise<T> {
  const say = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  const folder = options.model ?? DEFAULT_MODEL;
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new FwplusError(`There is no model in ${folder}: it has no manifest.json.`, {
      hint: 'Give --model a folder as described in weights/README.md, or leave it out for the default model.',
    });
  }
  const model = await loadModel((file) => readBytes(join(folder, file)));
  const device = await openDevice(options.adapter === undefined ? {} : { adapter: options.adapter });
  const adapter = describeAdapter(device.facts);
  say(`Adapter  ${adapter}`);
  say(`Model    ${model.id}, ${model.generator.resolution}×${model.generator.resolution}, ${model.domain}`);

  const interruption = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) process.exit(130);
    say('\nStopping after the steps in flight; press Ctrl-C again to stop at once.');
    interruption.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const isDefaultModel = options.model === undefined;
    return await body({ device, model, adapter, isDefaultModel, signal: interruption.signal, say });
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    device.destroy();
  }
}

/** Said where a person brings a picture of their own to the default model. */
export function warnOfDomain({ model, isDefaultModel, say }: Session): void {
  if (!isDefaultModel) return;
  say(`Note     the default model knows only ${model.domain}; a photograph will come out looking like one.`);
  say('         Give --model for a generator of your own.');
}

/** What every command that inverts needs: a device, a model, a way to be interrupted. */
import { describeAdapter } from '../engine/adapter.js';
import { type Device, openDevice } from '../engine/device.js';
import { loadModelFolder } from '../index.node.js';
import type { Model } from '../inversion/model.js';
import type { Options } from './options.js';

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
  const model = await loadModelFolder(options.model);
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

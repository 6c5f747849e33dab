/** What every command that inverts needs: a device, a model, a way to be interrupted. */
import { constants, setPriority } from 'node:os';
import { tuningStore } from '#tuning-store';
import { describeAdapter } from '../engine/adapter.js';
import { type Device, type DeviceOptions, openDevice } from '../engine/device.js';
import { FwplusError } from '../errors.js';
import type { Model } from '../inversion/model.js';
import { spelt } from './earlier.js';
import { listenForInterrupts } from './interruption.js';
import type { Options } from './options.js';

export interface Session {
  readonly device: Device;
  readonly model: Model;
  readonly adapter: string;
  /** What --model names; undefined for the default model. */
  readonly modelPath: string | undefined;
  /** Aborted by the first Ctrl-C; the second one ends the process. */
  readonly signal: AbortSignal;
  /** Says that the work is stopped and how to go on, or `instead`; returns the exit code. */
  readonly interrupted: (saved: boolean, instead?: string) => number;
  readonly say: (line: string) => void;
}

/** Opens the device; so whatever can be refused without one has to be refused before. */
export async function withSession<T>(
  options: Options,
  model: Model,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const say = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  const interruption = listenForInterrupts(() =>
    say('\nStopping after what is in flight; press Ctrl-C again to stop at once.'),
  );
  const interrupted = (saved: boolean, instead?: string) => {
    const goOn = `Interrupted and saved. The same command with ${spelt('--resume')} goes on.`;
    say(instead ?? (saved ? goOn : 'Interrupted before there was anything new to save.'));
    return interruption.exitCode;
  };
  try {
    const device = await openChosenDevice(options.adapter, options);
    try {
      if (device.facts.software) giveWay();
      const adapter = describeAdapter(device.facts);
      const { resolution } = model.generator;
      say(`Adapter  ${adapter}`);
      say(`Model    ${model.id}, ${resolution}×${resolution}, ${model.domain}`);
      if (device.tuning.note !== undefined) say(`Note     ${device.tuning.note}`);
      const { signal } = interruption;
      return await body({ device, model, adapter, modelPath: options.model, signal, interrupted, say });
    } finally {
      device.destroy();
    }
  } finally {
    interruption.end();
  }
}

/**
 * A software adapter's kernels share the processors with this thread, which encodes ahead of them and can wait: it takes what they
 * leave. Linux alone has a priority for each thread: the device's are as they were made, only what is opened later inherits it.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {} // forbidden: a little slower
}

/** Like openDevice; and where `software` is wanted, nothing else is taken for it. */
export async function openChosenDevice(
  adapter: string | undefined,
  { subgroups = true, matrixUnits = false }: Pick<DeviceOptions, 'subgroups' | 'matrixUnits'> = {},
): Promise<Device> {
  const device = await openDevice({
    tuning: tuningStore(),
    subgroups,
    matrixUnits,
    ...(adapter !== undefined && { adapter }),
  });
  if (adapter === 'software' && !device.facts.software) {
    device.destroy();
    throw new FwplusError(`No software adapter was found, only ${describeAdapter(device.facts)}.`, {
      hint: 'Install Mesa’s software Vulkan driver, or leave --adapter out.',
    });
  }
  return device;
}

/** Said where a person brings a picture of their own to the default model. */
export function warnOfDomain({ model, modelPath, say }: Session): void {
  if (modelPath !== undefined) return;
  say(`Note     the default model knows ${model.domain}: a photograph will come out as a drawing.`);
  say('         Give --model for a generator of your own.');
}

/** Runs lists of cases in whatever host this is, one after the other, going on after failures. */
import { type Device, openDevice } from '../../src/engine/device.js';
import type { HostName, TestCase, TestContext, Tolerance } from './case.js';
import { isSelected, type PackedRecord, type Selection, type TestEvent } from './events.js';

export interface CaseList {
  readonly file: string;
  readonly cases: readonly TestCase[];
}

export interface Host {
  readonly name: HostName;
  /** Reads a file of the repository. */
  readonly file: (path: string) => Promise<Uint8Array>;
  /** Resolves when the event has arrived: a case that hangs must not hold back its own name. */
  readonly emit: (event: TestEvent) => void | Promise<void>;
}

const defaultSeconds = 60;

export async function runCases(lists: readonly CaseList[], selection: Selection, host: Host): Promise<void> {
  const device = new SharedDevice();
  for (const { file, cases } of lists) {
    const chosen = cases.filter(({ name }) => isSelected(selection, file, name));
    if (chosen.length === 0) continue;
    const started = performance.now();
    let failed = 0;
    for (const each of chosen) {
      const { name, seconds = defaultSeconds } = each;
      await host.emit({ type: 'start', file, name, seconds });
      const error = await runCase(file, each, seconds, device, host);
      if (error) failed++;
      await host.emit({ type: 'end', file, name, ...(error ? { error } : {}) });
    }
    const milliseconds = performance.now() - started;
    await host.emit({
      type: 'suite',
      result: { file, passed: chosen.length - failed, failed, skipped: 0, milliseconds },
    });
  }
  await device.close();
}

/** Returns what went wrong, if anything did. */
async function runCase(
  file: string,
  { name, run }: TestCase,
  seconds: number,
  device: SharedDevice,
  host: Host,
): Promise<string | undefined> {
  let over = false;
  const t: TestContext = {
    host: host.name,
    device: () => device.get(),
    fixture: (fixture) => host.file(`test/fixtures/${fixture}.safetensors`),
    file: host.file,
    log: (text) => host.emit({ type: 'log', text }),
    record: (key, values, across) => {
      if (!over) host.emit({ type: 'record', record: pack(file, name, key, values, across) });
    },
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([Promise.resolve(run(t)).then(() => device.settle()), timeout]);
    return undefined;
  } catch (error) {
    // Whatever state it is in, the next case shall not inherit it.
    await device.close();
    return textOf(error);
  } finally {
    over = true;
    clearTimeout(timer);
  }
}

/** One device for all cases, until one of them fails. */
class SharedDevice {
  #device: Promise<Device> | undefined;

  get(): Promise<Device> {
    this.#device ??= openDevice();
    return this.#device;
  }

  /** Waits for the GPU and throws what it has reported. */
  async settle(): Promise<void> {
    const device = await this.#device;
    await device?.idle();
    // A browser delivers errors as tasks of their own, later than the promises of the same moment.
    await new Promise((resolve) => setTimeout(resolve));
    device?.check();
  }

  async close(): Promise<void> {
    const device = await this.#device?.catch(() => undefined);
    this.#device = undefined;
    device?.destroy();
  }
}

function pack(
  file: string,
  name: string,
  key: string,
  values: Uint8Array | Float32Array,
  across: Tolerance | undefined,
): PackedRecord {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    chunks.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  const kind = values instanceof Float32Array ? 'floats' : 'bytes';
  return { file, name, key, kind, base64: btoa(chunks.join('')), ...(across ? { across } : {}) };
}

/** An error with its stack and, from uvu's assertions, its difference. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { details, hint } = error as Error & { details?: unknown; hint?: unknown };
  const stack = error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack ?? ''}`;
  const extra = [details, hint].filter((text) => typeof text === 'string' && text.length > 0);
  const cause = error.cause === undefined ? [] : [`caused by: ${textOf(error.cause)}`];
  return [stack, ...extra, ...cause].join('\n');
}

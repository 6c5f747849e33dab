/** Kernels measured round by round: each engine in turn, so that whatever disturbs the machine disturbs all of them. */
import type { KernelCase } from '../src/autograd/measure/kernel-case.js';
import { type Engine, type Measured, type Row, rowOf } from '../src/cli/bench-results.js';
import type { Device } from '../src/engine/device.js';
import type { Ceilings } from '../src/engine/measure/ceilings.js';
import { type Clock, Stopwatch } from '../src/engine/measure/time-launches.js';

/** An engine that can be timed. */
export interface Contestant {
  readonly engine: Engine;
  /** Rejects where the engine has no such kernel, or fails at it. */
  prepare(of: KernelCase): Promise<void>;
  /** Milliseconds of one run. */
  sample(): Promise<number>;
  /** What has been prepared goes, also where a sample has failed. */
  release(): Promise<void>;
}

export interface RoundOptions {
  readonly ceilings: Ceilings;
  /** Rounds at most. */
  readonly repeats: number;
  /** No further round of a case is begun after so long, where there have been enough. */
  readonly mostMilliseconds: number;
  readonly signal: AbortSignal;
  /** Progress, and what went wrong. */
  readonly say: (line: string) => void;
}

/** Where several are compared there are so many rounds at least, however long they take. */
const FEWEST_COMPARED = 3;

/** The least time of every contestant at one case, as rows; those that cannot do it have none. */
export async function measureCase(
  of: KernelCase,
  contestants: readonly Contestant[],
  { ceilings, repeats, mostMilliseconds, signal, say }: RoundOptions,
): Promise<Row[]> {
  const prepared: Contestant[] = [];
  const least = new Map<Contestant, Measured>();
  try {
    for (const each of contestants) {
      if (signal.aborted) break;
      if ((await attempt(each, of, say, () => each.prepare(of).then(() => 0))) === undefined) continue;
      prepared.push(each);
      least.set(each, { milliseconds: Number.POSITIVE_INFINITY, samples: 0 });
    }
    const until = performance.now() + mostMilliseconds;
    const fewest = prepared.length > 1 ? FEWEST_COMPARED : 1;
    for (let round = 0; round < repeats && (round < fewest || performance.now() < until); round++) {
      for (const [each, before] of [...least]) {
        if (signal.aborted) break;
        const found = await attempt(each, of, say, () => each.sample());
        if (found === undefined) least.delete(each);
        else {
          const milliseconds = Math.min(before.milliseconds, found);
          least.set(each, { milliseconds, samples: before.samples + 1 });
        }
      }
    }
  } finally {
    for (const each of prepared) await attempt(each, of, say, () => each.release().then(() => 0));
  }
  return [...least]
    .filter(([, { samples }]) => samples > 0)
    .map(([{ engine }, measured]) => rowOf(engine, of, measured, ceilings));
}

async function attempt(
  { engine }: Contestant,
  { kernel, pass, shape }: KernelCase,
  say: (line: string) => void,
  body: () => Promise<number>,
): Promise<number | undefined> {
  try {
    return await body();
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    say(`${engine} at ${kernel} ${pass} ${shape}: ${why}`);
    return undefined;
  }
}

/** Ours. */
export class Own implements Contestant {
  readonly engine = 'fwplus';
  readonly #device: Device;
  readonly #clock: Clock;
  #stopwatch: Stopwatch | undefined;

  constructor(device: Device, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
  }

  async prepare(of: KernelCase): Promise<void> {
    const launches = of.launches(this.#device);
    this.#stopwatch = await Stopwatch.prepare(this.#device, launches, this.#clock);
  }

  sample(): Promise<number> {
    return this.#stopwatch!.sample();
  }

  async release(): Promise<void> {
    this.#stopwatch?.destroy();
    this.#stopwatch = undefined;
  }
}

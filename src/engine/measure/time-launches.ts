/** How long a list of launches takes: the least of several runs, since nothing but disturbance makes a run longer. */
import type { Device } from '../device.js';
import { allOrNothing } from '../disposal.js';
import type { Launch } from '../launch.js';
import { Program } from '../program.js';
import { rootOf, type Storage } from '../storage.js';
import { randomValues } from './random-values.js';

/**
 *   'gpu'       the adapter's own timestamps around every launch: nothing but kernels
 *   'wall'      from before the encoding until the work is done, divided by the copies in one submit: what a caller waits for
 *   a function  the same by another clock, in milliseconds
 */
export type Clock = 'gpu' | 'wall' | (() => number);

export interface TimingOptions {
  /** Samples at most. */
  readonly repeats: number;
  /** No further sample is begun after so long. One is always taken. */
  readonly mostMilliseconds: number;
  /** By default 'gpu' where the adapter has timestamps, else the wall's. */
  readonly clock?: Clock;
}

/** @returns the least time of one run of the list, and of how many samples; what is compiled at the first run is not in it. */
export async function timeLaunches(
  device: Device,
  launches: readonly Launch<Storage>[],
  { repeats, mostMilliseconds, clock }: TimingOptions,
): Promise<{ readonly milliseconds: number; readonly samples: number }> {
  const stopwatch = await Stopwatch.prepare(device, launches, clock);
  try {
    let milliseconds = Number.POSITIVE_INFINITY;
    const until = performance.now() + mostMilliseconds;
    let samples = 0;
    for (; samples < repeats && (samples === 0 || performance.now() < until); samples++) {
      milliseconds = Math.min(milliseconds, await stopwatch.sample());
    }
    return { milliseconds, samples };
  } finally {
    stopwatch.destroy();
  }
}

/** In one submit at least about so long, so that the submit itself does not count. */
const SAMPLE_MS = 10;
const MOST_COPIES = 64;

/** A list of launches, warmed up, that may be timed again and again: for rounds that several engines take turns in. */
export class Stopwatch {
  readonly clock: Clock;
  readonly #device: Device;
  readonly #program: Program;
  readonly #copies: number;

  private constructor(device: Device, clock: Clock, program: Program, copies: number) {
    this.#device = device;
    this.clock = clock;
    this.#program = program;
    this.#copies = copies;
  }

  /** Compiles, fills all persistent storage with random numbers, and runs the list three times. */
  static async prepare(
    device: Device,
    launches: readonly Launch<Storage>[],
    clock: Clock = device.hasTimestamps ? 'gpu' : 'wall',
  ): Promise<Stopwatch> {
    const single = await filled(device, launches, 1);
    let once: number;
    try {
      await timeRun(device, single, 'wall'); // software adapters compile now
      // Of its own clock: on a busy machine the wall's would see one long run, and make no copies.
      const own = clock === 'gpu' ? 'wall' : clock;
      once = Math.min(await timeRun(device, single, own), await timeRun(device, single, own));
    } catch (error) {
      single.destroy();
      throw error;
    }
    const copies = Math.max(1, Math.min(MOST_COPIES, Math.ceil(SAMPLE_MS / once)));
    if (copies === 1) return new Stopwatch(device, clock, single, 1);
    single.destroy();
    return new Stopwatch(device, clock, await filled(device, launches, copies), copies);
  }

  /** Milliseconds of one run of the list: by the GPU's clock of the quickest copy, by others of the average one. */
  async sample(): Promise<number> {
    const { clock } = this;
    if (clock !== 'gpu') return (await timeRun(this.#device, this.#program, clock)) / this.#copies;
    const times = await this.#program.profile();
    const length = times.length / this.#copies;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < times.length; at += length) {
      const copy = times.slice(at, at + length);
      least = Math.min(
        least,
        copy.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      );
    }
    return least;
  }

  destroy(): void {
    this.#program.destroy();
  }
}

/** The function behind a clock; for what cannot be stamped the wall's. */
export function nowOf(clock: Clock | undefined): () => number {
  return typeof clock === 'function' ? clock : () => performance.now();
}

async function timeRun(device: Device, program: Program, clock: Clock): Promise<number> {
  const now = nowOf(clock);
  await device.idle();
  const began = now();
  program.run();
  await device.idle();
  return now() - began;
}

/** So many copies of the list on random numbers in [-1, 1): on zeros a GPU draws less power, and runs faster. */
function filled(device: Device, launches: readonly Launch<Storage>[], copies: number): Promise<Program> {
  const again = launches.map((launch, at) => ({ ...launch, copiesAnew: at === 0 }));
  const repeated = Array.from({ length: copies }, () => again).flat();
  const roots = launches.flatMap(({ bindings }) =>
    Object.values(bindings).map((bound) => rootOf(bound).root),
  );
  return allOrNothing(async (made) => {
    const program = made.use(await Program.build(device, 'timing', repeated));
    for (const storage of new Set(roots)) {
      if (storage.kind === 'persistent') program.write(storage, randomValues(storage.bytes / 4));
    }
    return program;
  });
}

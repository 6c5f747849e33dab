/** How long a list of launches takes: the least of several runs, since nothing but disturbance makes a run longer. */
import type { Device } from '../device.js';
import type { Launch } from '../launch.js';
import { Program } from '../program.js';
import { type Persistent, rootOf, type Storage } from '../storage.js';

/**
 *   gpu   the adapter's own timestamps around every launch: nothing but kernels
 *   wall  from before the encoding until the work is done, divided by the copies in one submit: what a caller waits for
 */
export type Clock = 'gpu' | 'wall';

export interface TimingOptions {
  /** Samples at most. */
  readonly repeats: number;
  /** No further sample is begun after so long. One is always taken. */
  readonly mostMilliseconds: number;
  /** By default `gpu` where the adapter has timestamps. */
  readonly clock?: Clock;
}

/** @returns the least time of one run of the list, in milliseconds; what is compiled at the first run is not in it. */
export async function timeLaunches(
  device: Device,
  launches: readonly Launch<Storage>[],
  { repeats, mostMilliseconds, clock }: TimingOptions,
): Promise<{ milliseconds: number }> {
  const stopwatch = await Stopwatch.prepare(device, launches, clock);
  try {
    let milliseconds = Number.POSITIVE_INFINITY;
    const until = performance.now() + mostMilliseconds;
    for (let repeat = 0; repeat < repeats && (repeat === 0 || performance.now() < until); repeat++) {
      milliseconds = Math.min(milliseconds, await stopwatch.sample());
    }
    return { milliseconds };
  } finally {
    stopwatch.destroy();
  }
}

/** In one submit at least about so long, so that the submit itself does not count. */
const SAMPLE_MS = 10;
const MOST_COPIES = 64;
/** WebGPU's limit of a query set, and two stamps to a launch. */
const MOST_STAMPED = 2048;

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

  /** Compiles, fills all persistent storage with random numbers, and runs the list twice. */
  static async prepare(
    device: Device,
    launches: readonly Launch<Storage>[],
    clock: Clock = device.hasTimestamps ? 'gpu' : 'wall',
  ): Promise<Stopwatch> {
    const single = await Program.build(device, 'timing', launches);
    let once: number;
    try {
      fill(single, launches);
      await wallTime(device, single); // software adapters compile now
      once = await wallTime(device, single);
    } catch (error) {
      single.destroy();
      throw error;
    }
    const most = Math.min(MOST_COPIES, Math.floor(MOST_STAMPED / launches.length));
    const copies = Math.max(1, Math.min(most, Math.ceil(SAMPLE_MS / once)));
    if (copies === 1) return new Stopwatch(device, clock, single, 1);
    single.destroy();
    const repeated = Array.from({ length: copies }, () => launches).flat();
    const program = await Program.build(device, 'timing', repeated);
    fill(program, launches);
    return new Stopwatch(device, clock, program, copies);
  }

  /** Milliseconds of one run of the list: by the GPU's clock of the quickest copy, by the wall's of the average one. */
  async sample(): Promise<number> {
    if (this.clock === 'wall') return (await wallTime(this.#device, this.#program)) / this.#copies;
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

async function wallTime(device: Device, program: Program): Promise<number> {
  await device.idle();
  const began = performance.now();
  program.run();
  await device.idle();
  return performance.now() - began;
}

/** Random numbers in [-1, 1): on zeros a GPU draws less power, and runs faster. */
function fill(program: Program, launches: readonly Launch<Storage>[]): void {
  const roots = launches.flatMap(({ bindings }) =>
    Object.values(bindings).map((bound) => rootOf(bound).root),
  );
  for (const storage of new Set(roots)) {
    if (storage.kind === 'persistent') program.write(storage, randomValues(storage));
  }
}

function randomValues({ bytes }: Persistent): Float32Array {
  const values = new Float32Array(bytes / 4);
  const pattern = Math.min(values.length, 65536);
  for (let at = 0; at < pattern; at++) values[at] = 2 * Math.random() - 1;
  for (let at = pattern; at < values.length; at += pattern) values.copyWithin(at, 0, pattern);
  return values;
}

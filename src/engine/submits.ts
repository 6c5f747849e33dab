/**
 * How a program's dispatches are spread over submits: systems stop a GPU whose work does not end in time (on Windows after two
 * seconds, browsers sooner), and while a submit runs the screen may stand still.
 */
import type { AdapterFacts } from './adapter.js';
import type { Launch } from './launch.js';
import type { Storage } from './storage.js';

/** What an adapter does in a second, at least. */
export interface Throughput {
  readonly flops: number;
  readonly bytes: number;
}

/** The most that a submit may take, by estimate. */
const SUBMIT_SECONDS = 0.2;

/** What a slow integrated GPU reaches with kernels that do not suit it. */
const SLOWEST_HARDWARE: Throughput = { flops: 50e9, bytes: 10e9 };
const UNWATCHED: Throughput = { flops: Infinity, bytes: Infinity };

/** Nobody watches over software adapters. */
export function assumedThroughput({ software }: AdapterFacts): Throughput {
  return software ? UNWATCHED : SLOWEST_HARDWARE;
}

/** The most operations of one launch: what takes longer has to be cut when it is planned. */
export function mostFlops({ flops }: Throughput): number {
  return flops * SUBMIT_SECONDS;
}

/** By estimate; every operand is counted once. */
export function secondsOf({ flops, bindings }: Launch<Storage>, throughput: Throughput): number {
  const bytes = Object.values(bindings).reduce((sum, storage) => sum + storage.bytes, 0);
  return flops / throughput.flops + bytes / throughput.bytes;
}

/** The numbers of the launches that begin a submit. One that alone takes too long has a submit to itself. */
export function submitStarts(
  launches: readonly Launch<Storage>[],
  throughput: Throughput,
  most = SUBMIT_SECONDS,
): number[] {
  const starts: number[] = [];
  let sum = Infinity;
  launches.forEach((launch, at) => {
    const seconds = secondsOf(launch, throughput);
    sum += seconds;
    if (sum <= most) return;
    starts.push(at);
    sum = seconds;
  });
  return starts;
}

/** What an adapter can do at most: multiply-adds in registers, and bytes moved. Kernels are measured against them. */
import type { Device } from '../device.js';
import { type Launch, linearGrid } from '../launch.js';
import type { Persistent, Storage } from '../storage.js';
import { type Clock, nowOf, timeLaunches } from './time-launches.js';

export interface Ceilings {
  /** Billions of floating-point operations a second, a multiply-add counted as two. */
  readonly fma_gflops: number;
  /** Billions of bytes a second, those read and those written. */
  readonly copy_gbs: number;
}

export interface CeilingOptions {
  /** For each of the two. */
  readonly mostMilliseconds: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export async function measureCeilings(device: Device, options: CeilingOptions): Promise<Ceilings> {
  return { fma_gflops: await fmaCeiling(device, options), copy_gbs: await copyCeiling(device, options) };
}

/** Steps written out in a row. */
const LENGTHS = [8, 16, 32, 64, 128];
/** Sums that a thread has at once: few fill no pipeline, many spill out of the registers. */
const CHAINS = [4, 8, 12];
/** A longer body goes on counting where it is faster by more than this. */
const GAIN = 1.02;

async function fmaCeiling(device: Device, options: CeilingOptions): Promise<number> {
  const { signal } = options;
  const each = { ...options, mostMilliseconds: options.mostMilliseconds / (LENGTHS.length + CHAINS.length) };
  const rateOf = (length: number, chains: number) =>
    fmaRate(device, { LENGTH: length, CHAINS: chains }, each);
  let best = { rate: 0, chains: CHAINS[0]! };
  for (const chains of CHAINS) {
    const rate = await rateOf(LENGTHS[0]!, chains);
    if (rate > best.rate) best = { rate, chains };
  }
  for (const length of LENGTHS.slice(1)) {
    if (signal?.aborted) break;
    const rate = await rateOf(length, best.chains);
    const stopped = rate < GAIN * best.rate;
    best = { ...best, rate: Math.max(rate, best.rate) };
    if (stopped) break;
  }
  return best.rate;
}

export interface FmaBody {
  readonly LENGTH: number;
  readonly CHAINS: number;
}

/** `rounds` times through the body, by `threads` threads: see shaders/fma_chain.wgsl. */
export function fmaLaunch(
  body: FmaBody,
  threads: number,
  rounds: number,
  { factor, step }: { readonly factor: number; readonly step: number },
  y: Storage,
): Launch<Storage> {
  return {
    kernel: 'fma_chain',
    label: 'multiply-adds',
    constants: { ...body },
    bindings: { y },
    params: { count: threads, rounds, factor, step },
    workgroups: linearGrid(threads),
    flops: 2 * threads * rounds * body.LENGTH * body.CHAINS,
  };
}

/** Enough threads to fill any GPU; on the CPU some hundreds a core are as good. */
const THREADS = { hardware: 2 ** 20, software: 2 ** 12 };
/** A launch takes at least about so long, so that starting it does not count. */
const LAUNCH_MS = 4;

async function fmaRate(device: Device, body: FmaBody, options: CeilingOptions): Promise<number> {
  const threads = device.facts.software ? THREADS.software : THREADS.hardware;
  const y: Persistent = { kind: 'persistent', label: 'sums', bytes: 4 * threads };
  // Towards a fixed point: neither overflow nor denormal numbers.
  const numbers = { factor: 0.5, step: 1 };
  const rateOf = async (rounds: number, repeats: number) => {
    const launch = fmaLaunch(body, threads, rounds, numbers, y);
    const { milliseconds } = await timeLaunches(device, [launch], { ...options, repeats });
    return { milliseconds, rate: launch.flops / milliseconds / 1e6 };
  };
  let rounds = 8;
  let found = await rateOf(rounds, 1);
  while (found.milliseconds < LAUNCH_MS && rounds < 2 ** 20) {
    rounds *= 4;
    found = await rateOf(rounds, 1);
  }
  return Math.max(found.rate, (await rateOf(rounds, 20)).rate);
}

/** More than any cache holds, less than WebGPU's default limit of a binding. */
const COPIED_BYTES = 64 * 2 ** 20;

async function copyCeiling(device: Device, options: CeilingOptions): Promise<number> {
  const half = { ...options, mostMilliseconds: options.mostMilliseconds / 2 };
  const memory = (label: string): Persistent => ({ kind: 'persistent', label, bytes: COPIED_BYTES });
  const launch: Launch<Storage> = {
    kernel: 'copy_wide',
    label: 'copy',
    constants: {},
    bindings: { a: memory('from'), y: memory('to') },
    params: { count: COPIED_BYTES / 16 },
    workgroups: linearGrid(COPIED_BYTES / 16),
    flops: 0,
  };
  const byKernel = await timeLaunches(device, [launch], { ...half, repeats: 20 });
  const byDriver = await driverCopy(device, half);
  return (2 * COPIED_BYTES) / Math.min(byKernel.milliseconds, byDriver) / 1e6;
}

/** The driver's own copy of a buffer, which software adapters do much faster than any kernel. */
async function driverCopy(device: Device, { mostMilliseconds, clock }: CeilingOptions): Promise<number> {
  const now = nowOf(clock);
  const from = device.createBuffer('copy from', COPIED_BYTES);
  const to = device.createBuffer('copy to', COPIED_BYTES);
  try {
    const copies = 4;
    let least = Number.POSITIVE_INFINITY;
    const until = performance.now() + mostMilliseconds;
    do {
      await device.idle();
      const began = now();
      device.submit('measuring a copy', (encoder) => {
        for (let copy = 0; copy < copies; copy++)
          encoder.copyBufferToBuffer(from.gpu, 0, to.gpu, 0, COPIED_BYTES);
      });
      await device.idle();
      least = Math.min(least, (now() - began) / copies);
    } while (performance.now() < until);
    return least;
  } finally {
    device.destroyMemory(from);
    device.destroyMemory(to);
  }
}

/** Rows of the bench: whole steps of an inversion and whole edits, with random weights of the true shapes. Time, and where it goes. */
import { type Row, rounded } from '../src/cli/bench-results.js';
import type { Device } from '../src/engine/device.js';
import { withDisposal } from '../src/engine/disposal.js';
import type { Ceilings } from '../src/engine/measure/ceilings.js';
import type { LaunchTime } from '../src/engine/program.js';
import type { Codes } from '../src/inversion/codes.js';
import { applyDirections } from '../src/inversion/editing/edit.js';
import { Inverter } from '../src/inversion/inverter.js';
import { defaultMethod, type Method } from '../src/inversion/method.js';
import type { Model } from '../src/inversion/model.js';
import { Renderer } from '../src/inversion/renderer.js';
import { prepareTarget } from '../src/inversion/target.js';
import { paperModel } from './paper-model.js';

/** A row of a whole step or edit: what rows of kernels have not. */
export interface StepRow extends Row {
  readonly pass: 'invert' | 'edit';
  /** Steps, or pictures. */
  readonly perSecond: number;
  /** Of a profiled step, which is waited for, 0 to 1: JavaScript, encoding, waiting. null where the adapter has no timestamps. */
  readonly outsideKernels: number | null;
  /** Live and planned GPU memory in bytes: temporaries, codes and inputs, weights. */
  readonly gpuBytes: number;
  readonly layers: readonly LayerTime[];
  readonly kernels: readonly KernelTime[];
}

export function isStep(row: Row): row is StepRow {
  return 'layers' in row;
}

export interface LayerTime {
  readonly layer: string;
  readonly forward: number;
  readonly backward: number;
}

export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly ms: number;
}

/** Side of f, as in the paper. */
const BASE_SIZE = 16;

export interface StepOptions {
  readonly ceilings: Ceilings;
  readonly repeats: number;
  readonly mostMilliseconds: number;
  readonly signal: AbortSignal;
}

/** F/W+ with f at 16 × 16, VGG16 at the smaller of 256 and the side; one picture. No row of what was interrupted before its first sample. */
export async function measureSteps(device: Device, side: number, options: StepOptions): Promise<StepRow[]> {
  const model = paperModel({ resolution: side, baseSize: BASE_SIZE });
  const method = defaultMethod('f/w+', model.baseSize);
  return withDisposal(async (held) => {
    const inverter = held.use(await Inverter.build(device, model, method));
    const inversion = await measureInversion(device, inverter, model, method, options);
    inverter.destroy();
    if (!inversion) return [];
    const { row, codes } = inversion;
    if (options.signal.aborted) return [row];
    const renderer = held.use(await Renderer.build(device, model, method));
    const edit = await measureEdit(device, renderer, model, method, codes, options);
    return edit ? [row, edit] : [row];
  });
}

async function measureInversion(
  device: Device,
  inverter: Inverter,
  model: Model,
  method: Method,
  options: StepOptions,
): Promise<{ row: StepRow; codes: Codes } | undefined> {
  const side = model.generator.resolution;
  const data = Uint8Array.from({ length: 3 * side * side }, (_, at) => (at * 7 + (at >> 9)) % 256);
  const target = prepareTarget({ width: side, height: side, data }, model, method);
  const times = new Least(options.mostMilliseconds);
  const stop = new AbortController();
  let [before, done] = [performance.now(), 0];
  const state = await inverter.run(target, {
    steps: options.repeats + 1,
    signal: stop.signal,
    onProgress: ({ step }) => {
      const now = performance.now();
      // The first step compiles.
      if (done > 0) times.add((now - before) / (step - done));
      [before, done] = [now, step];
      if (options.signal.aborted || (done > 1 && times.isOver)) stop.abort();
    },
  });
  if (times.samples === 0) return undefined;
  const profile = await leastProfile(device, () => inverter.profile(), options);
  const { memory } = inverter;
  return {
    row: stepRow('invert', side, times, profile, memory, options.ceilings),
    codes: state.codes,
  };
}

async function measureEdit(
  device: Device,
  renderer: Renderer,
  model: Model,
  method: Method,
  codes: Codes,
  options: StepOptions,
): Promise<StepRow | undefined> {
  const { wDim, rows } = model.generator;
  const direction = {
    name: 'any',
    description: 'anything',
    vector: new Float32Array(wDim).fill(0.05),
    rows: { from: 0, to: rows - 1 },
  };
  const times = new Least(options.mostMilliseconds);
  for (let at = 0; at <= options.repeats && !options.signal.aborted && !(at > 1 && times.isOver); at++) {
    const began = performance.now();
    await renderer.renderFloat(applyDirections(codes, model, method, [{ direction, amount: at / 10 }]));
    if (at > 0) times.add(performance.now() - began);
  }
  if (times.samples === 0) return undefined;
  const profile = await leastProfile(device, () => renderer.profile(), options);
  const side = model.generator.resolution;
  return stepRow('edit', side, times, profile, renderer.memory, options.ceilings);
}

interface Profile {
  readonly launches: readonly LaunchTime[];
  /** The share of that run on the wall's clock that was no kernel's. */
  readonly outside: number | null;
}

/** The quickest of a few profiled runs; nothing without timestamps. */
async function leastProfile(
  device: Device,
  profile: () => Promise<LaunchTime[]>,
  { repeats, mostMilliseconds, signal }: StepOptions,
): Promise<Profile> {
  let best: Profile = { launches: [], outside: null };
  if (!device.hasTimestamps) return best;
  const until = performance.now() + mostMilliseconds;
  for (let at = 0; at < repeats && (at === 0 || performance.now() < until) && !signal.aborted; at++) {
    const began = performance.now();
    const launches = await profile();
    const wall = performance.now() - began;
    if (at === 0 || total(launches) < total(best.launches))
      best = { launches, outside: 1 - total(launches) / wall };
  }
  return best;
}

class Least {
  least = Number.POSITIVE_INFINITY;
  samples = 0;
  readonly #until: number;

  constructor(mostMilliseconds: number) {
    this.#until = performance.now() + mostMilliseconds;
  }

  get isOver(): boolean {
    return performance.now() > this.#until;
  }

  add(milliseconds: number): void {
    this.least = Math.min(this.least, milliseconds);
    this.samples++;
  }
}

function stepRow(
  pass: 'invert' | 'edit',
  side: number,
  { least: ms, samples }: Least,
  { launches: profile, outside }: Profile,
  memory: { temporaries: number; persistent: number; constants: number },
  ceilings: Ceilings,
): StepRow {
  const flops = profile.reduce((sum, launch) => sum + launch.flops, 0);
  const gflops = profile.length > 0 ? flops / ms / 1e6 : null;
  return {
    engine: 'fwplus',
    kernel: 'step',
    pass,
    shape: String(side),
    ms: rounded(ms),
    gflops: gflops === null ? null : rounded(gflops),
    gbs: null,
    percent: gflops === null ? null : rounded((100 * gflops) / ceilings.fma_gflops),
    samples,
    perSecond: rounded(1000 / ms),
    outsideKernels: outside === null ? null : rounded(outside),
    gpuBytes: memory.temporaries + memory.persistent + memory.constants,
    layers: layerTimes(profile),
    kernels: kernelTimes(profile),
  };
}

function total(profile: readonly LaunchTime[]): number {
  return profile.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

const REST = 'the rest';

/** By the scopes that networks name their layers by, `b64.conv1` or `perceptual`, in the order of the network; then the rest. */
export function layerTimes(profile: readonly LaunchTime[]): LayerTime[] {
  const forward = profile.map(({ label }) => label).filter((label) => !label.includes('∂'));
  const scopes = new Set(forward.filter((label) => label.includes('.')).map((label) => label.split('.')[0]!));
  const sums = new Map<string, { forward: number; backward: number }>();
  for (const { label, milliseconds } of profile) {
    const layer = layerOf(label, scopes);
    const sum = sums.get(layer) ?? { forward: 0, backward: 0 };
    sum[label.includes('∂') ? 'backward' : 'forward'] += milliseconds;
    sums.set(layer, sum);
  }
  return [...sums]
    .sort(([a], [b]) => Number(a === REST) - Number(b === REST))
    .map(([layer, sum]) => ({ layer, forward: rounded(sum.forward), backward: rounded(sum.backward) }));
}

/** `∂b64.conv1.convolution.data gradient` is of `b64.conv1`. */
function layerOf(label: string, scopes: ReadonlySet<string>): string {
  const [scope, part] = label.replaceAll('∂', '').split('.');
  if (!scopes.has(scope!)) return REST;
  return /^b\d+$/.test(scope!) ? `${scope}.${part}` : scope!;
}

export function kernelTimes(profile: readonly LaunchTime[]): KernelTime[] {
  const sums = new Map<string, { calls: number; ms: number }>();
  for (const { kernel, milliseconds } of profile) {
    const { calls, ms } = sums.get(kernel) ?? { calls: 0, ms: 0 };
    sums.set(kernel, { calls: calls + 1, ms: ms + milliseconds });
  }
  return [...sums]
    .map(([kernel, { calls, ms }]) => ({ kernel, calls, ms: rounded(ms) }))
    .sort((a, b) => b.ms - a.ms);
}

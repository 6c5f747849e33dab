/**
 * Finds the fastest plan of each convolution on an adapter, by racing all that it allows. In a first heat a part of the shape
 * is run: whoever is far behind there is out, since the whole may take a plain kernel minutes.
 */
import { FwplusError } from '../../errors.js';
import type { Device } from '../device.js';
import { withDisposal } from '../disposal.js';
import type { Launch } from '../launch.js';
import { randomValues } from '../measure/random-values.js';
import { Stopwatch } from '../measure/time-launches.js';
import { convolutionLaunches } from '../plans/convolution/launches.js';
import type { Memory } from '../plans/convolution/operands.js';
import { allowedPlans, type ConvolutionPlan, convolutionPlans } from '../plans/convolution/plan.js';
import { type ConvolutionShape, convolutionFlops } from '../plans/convolution/shape.js';
import { type Constant, type Persistent, partOf as partOfStorage, type Storage } from '../storage.js';
import { mostFlops } from '../submits.js';
import { shapeKey } from './keys.js';
import { type Entrant, type RaceOptions, race, winnerOf } from './race.js';

/** A convolution that some program runs. */
export interface Contest {
  readonly shape: ConvolutionShape;
}

/** What a race has shown. */
export interface Raced {
  readonly key: string;
  /** The plan that runs where there is no choice. */
  readonly preferred: string;
  readonly winner: string;
  /** Least times by plan, of those that came to the final, the quickest first. */
  readonly milliseconds: ReadonlyMap<string, number>;
}

export interface TuneOptions {
  /** Stops after the run in flight; what has been raced by then is returned. */
  readonly signal?: AbortSignal | undefined;
  /** No further shape is begun after so long. */
  readonly mostMilliseconds?: number;
  /** Called after every shape; its promise is waited for, so it may save. */
  readonly onRaced?: (raced: Raced, done: number, of: number) => void | Promise<void>;
  /** How launches are timed: by the wall's clock where nothing else is given. */
  readonly prepare?: Prepare;
}

export type Prepare = (device: Device, launches: readonly Launch<Storage>[]) => Promise<Timed>;

/** Launches that are compiled and may be timed. */
export interface Timed {
  sample(): Promise<number>;
  destroy(): void;
}

/** A plan that is not faster by more than this does not take the preferred one's place. */
const MARGIN = 0.05;
const HEAT = {
  rounds: 3,
  trials: 3,
  mostMilliseconds: 1000,
  outAt: 3,
  flops: { software: 1e8, hardware: 4e9 },
};
/** A processor is as busy with a part of a large shape as with the whole; a GPU runs all of it. */
const FINAL = { rounds: 10, trials: 3, mostMilliseconds: 2000, outAt: 1.5, flops: 3e8, others: 4 };

/** The heaviest shapes first. Those with one plan only are left out of what is returned. */
export async function tune(
  device: Device,
  contests: readonly Contest[],
  options: TuneOptions = {},
): Promise<Raced[]> {
  const { signal, mostMilliseconds = Number.POSITIVE_INFINITY, onRaced } = options;
  const open = openContests(device, contests);
  const found: Raced[] = [];
  const until = performance.now() + mostMilliseconds;
  for (const [key, contest] of open) {
    if (signal?.aborted || performance.now() > until) break;
    const [preferred] = allowedPlans(contest.shape, device.facts) as [ConvolutionPlan];
    const milliseconds = await raceContest(device, contest, options);
    if (signal?.aborted) break;
    if (milliseconds.size === 0) continue;
    const winner = winnerOf(milliseconds, preferred.name, MARGIN);
    const raced = { key, preferred: preferred.name, winner, milliseconds };
    found.push(raced);
    await onRaced?.(raced, found.length, open.size);
  }
  return found;
}

/** Those in which more than one plan can run, each shape once, by their keys. */
function openContests(device: Device, contests: readonly Contest[]): Map<string, Contest> {
  const open = contests.filter((contest) => allowedPlans(contest.shape, device.facts).length > 1);
  const heaviestFirst = open.sort((a, b) => convolutionFlops(b.shape) - convolutionFlops(a.shape));
  return new Map(heaviestFirst.map((contest) => [shapeKey(contest.shape), contest]));
}

async function raceContest(
  device: Device,
  { shape }: Contest,
  options: TuneOptions,
): Promise<ReadonlyMap<string, number>> {
  const known = allowedPlans(shape, device.facts).map(({ name }) => name);
  const { software } = device.facts;
  const heat = partOf(shape, HEAT.flops[software ? 'software' : 'hardware']);
  const plansOf = (part: ConvolutionShape) =>
    new Map(convolutionPlans(part, device.facts).map((plan) => [plan.name, plan]));
  const inHeat = plansOf(heat);
  const entered = known.filter((name) => inHeat.has(name));
  const quick = await raceAll(device, heat, pick(inHeat, entered), { ...options, ...HEAT });
  const best = Math.min(...quick.values());
  const near = [...quick].filter(([, time]) => time <= HEAT.outAt * best).map(([name]) => name);
  // What a heat does not tell: a tile that suits the whole may not be planned for a part of it.
  const unknown = known.filter((name) => !inHeat.has(name));
  // The preferred one runs in any case: it is what the others are measured by.
  const names = new Set([known[0]!, ...unknown, ...near.slice(0, FINAL.others)]);
  const final = software ? partOf(shape, FINAL.flops) : shape;
  return raceAll(device, final, pick(plansOf(final), [...names]), { ...options, ...FINAL });
}

/** The plans of those names; where the part is too small for a tile, the same kernel with a smaller one in its name. */
function pick(
  plans: ReadonlyMap<string, ConvolutionPlan>,
  names: readonly string[],
): Map<string, ConvolutionPlan> {
  const withoutTile = (name: string) => name.replace(/ \d+x\d+$/, '');
  const found = names.map((name): [string, ConvolutionPlan | undefined] => [
    name,
    plans.get(name) ?? [...plans.values()].find((plan) => withoutTile(plan.name) === withoutTile(name)),
  ]);
  return new Map(found.filter((each): each is [string, ConvolutionPlan] => each[1] !== undefined));
}

/** Plans that this device cannot run after all, for want of memory or a compiler's fault, have no time. */
function raceAll(
  device: Device,
  shape: ConvolutionShape,
  plans: ReadonlyMap<string, ConvolutionPlan>,
  options: TuneOptions & RaceOptions,
): Promise<Map<string, number>> {
  const { prepare = wallClock, signal } = options;
  return withDisposal(async (held) => {
    const entrants: Entrant[] = [];
    for (const [name, plan] of plans) {
      if (signal?.aborted) break;
      try {
        const timed = held.use(await prepare(device, launchesOf(device, shape, plan)));
        entrants.push({ name, sample: () => timed.sample() });
      } catch (error) {
        if (!(error instanceof FwplusError)) throw error;
        device.check(); // a lost device runs nothing more
      }
    }
    return race(entrants, options);
  });
}

/** Gaps between launches count: some plans make three. */
const wallClock: Prepare = (device, launches) => Stopwatch.prepare(device, launches, 'wall');

/** The same with fewer rows, of about so many floating-point operations; at least eight rows. */
export function partOf(shape: ConvolutionShape, flops: number): ConvolutionShape {
  const { kernelSize, stride, padding, transposed, inHeight, outHeight } = shape;
  const [small, large] = transposed ? [inHeight, outHeight] : [outHeight, inHeight];
  const rows = Math.max(8, Math.ceil((small * flops) / convolutionFlops(shape)));
  if (rows >= small) return shape;
  const other = Math.min(large, (rows - 1) * stride + kernelSize - 2 * padding);
  return {
    ...shape,
    ...(transposed ? { inHeight: rows, outHeight: other } : { outHeight: rows, inHeight: other }),
  };
}

/**
 * A plan's launches on memory of its own, cut as in a program. No packed weights: which numbers they are makes no difference
 * to the time.
 */
function launchesOf(
  { throughput }: Device,
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
): Launch<Storage>[] {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const memory = (label: string, elements: number): Persistent => ({
    kind: 'persistent',
    label: `${label} of ${plan.name}`,
    bytes: 4 * elements,
  });
  const operands = {
    x: memory('x', batch * inHeight * inWidth * inChannels),
    weight: plan.packing(false).form === 'texture' ? inTexture(plan) : memory('weight', plan.weightBytes / 4),
    scaleIn: memory('scaleIn', batch * inChannels),
    scaleOut: memory('scaleOut', batch * outChannels),
    noise: memory('noise', outHeight * outWidth),
    bias: memory('bias', outChannels),
    y: memory('y', batch * outHeight * outWidth * outChannels),
  };
  const epilogue = { noiseStrength: 0, slope: 0.2, gain: 1, limit: 256 };
  const own: Memory<Storage> = {
    scratch: (label, elements) => ({ kind: 'temporary', label, bytes: 4 * elements }),
    part: partOfStorage,
  };
  return convolutionLaunches(shape, plan, operands, epilogue, own, {
    mostFlops: mostFlops(throughput),
  }).map((launch) => ({ ...launch, label: plan.name }));
}

/** Weights that are no weights: packing true ones would take longer than the race. */
function inTexture({ name, weightBytes: bytes }: ConvolutionPlan): Constant {
  const pack = () => randomValues(bytes / 4);
  const data = new Float32Array(0);
  return {
    kind: 'constant',
    label: `weight of ${name}`,
    bytes,
    data,
    packing: { key: name, form: 'texture', pack },
  };
}

/**
 * Inversion by optimisation (Kang et al. 2021): one Adam over the base and the detail code. The whole step is
 * one Program, built once and used for any number of pictures, one or several at a time; nothing is read back inside a step.
 */
import { compile, type Executable, type WeightOptions } from '../autograd/compile.js';
import type { PlannedConvolution } from '../autograd/lowering.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
import { allOrNothing, type Disposal } from '../engine/disposal.js';
import type { MemoryReport } from '../engine/memory.js';
import type { LaunchTime } from '../engine/program.js';
import { mergeChoices } from '../engine/tuning/choices.js';
import { FwplusError } from '../errors.js';
import type { Codes, Computation, InversionState, StepRecord } from './codes.js';
import { computationOf, differencesOf } from './computation.js';
import { lacks } from './lacks.js';
import { lossScaleFor } from './loss-scale.js';
import { checkMethod, type Method } from './method.js';
import type { Model } from './model.js';
import { recordOf } from './objective.js';
import { checkResumed } from './resumed.js';
import { Starter } from './start.js';
import { type Step, traceStep } from './step.js';
import { hashTarget, type Target } from './target.js';

/** Steps whose terms the GPU keeps; the host reads them at least this often. */
const RING = 64;

const OVERFLOW =
  'On matrix units operands beyond 65,504 become infinite: go on from the last saved state with --resume and without --matrix-units. If that does not help, use';

interface Running {
  /** Total steps, those of a resumed state included. */
  readonly steps: number;
  /** Stops after the steps in flight; the state so far is returned. */
  readonly signal?: AbortSignal;
}

export interface RunOptions extends Running {
  /** Goes on from here instead of starting. */
  readonly resume?: InversionState;
  /** Called every few steps; its promise is waited for, so it may save. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>;
}

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly last: StepRecord;
  /** Reads the state as it is after `step` steps. */
  readonly state: () => Promise<InversionState>;
}

/** Like RunOptions, with one entry a picture. */
export interface BatchRunOptions extends Running {
  readonly resume?: readonly InversionState[];
  readonly onProgress?: (progress: BatchProgress) => void | Promise<void>;
}

export interface BatchProgress {
  readonly step: number;
  readonly steps: number;
  readonly last: readonly StepRecord[];
  readonly states: () => Promise<InversionState[]>;
}

export interface BuildOptions extends WeightOptions {
  /** What computed the state that is to go on: its plans run here, too, whatever the device's tuning says by now; unless one is of matrix units and the other is not. */
  readonly like?: Computation | undefined;
  /** Less memory, more time: activations are made a second time for the gradients, and packed weights take less. */
  readonly lowMemory?: boolean;
}

/** A picture on its way: what it is, and what its base term holds f to. */
interface Picture {
  readonly targetHash: string;
  readonly baseTarget: Float32Array | undefined;
  readonly history: StepRecord[];
}

interface Parts extends Step {
  readonly executable: Executable;
}

export class Inverter {
  readonly model: Model;
  readonly method: Method;
  /** What a user may not expect of this model and method, in words; worth showing. */
  readonly notes: readonly string[];
  /** What computes, for `differences`. */
  readonly computation: Computation;
  /** The most pictures that run at once. */
  readonly batch: number;
  readonly #starter: Starter;
  readonly #parts: Parts;
  #running = false;

  private constructor(
    model: Model,
    method: Method,
    batch: number,
    computation: Computation,
    starter: Starter,
    parts: Parts,
  ) {
    this.model = model;
    this.method = method;
    this.batch = batch;
    this.notes = lacks(model, method).map(({ note }) => note);
    this.computation = computation;
    this.#starter = starter;
    this.#parts = parts;
  }

  /**
   * Builds the programs of a method: once for any number of pictures and steps. Destroy it when done.
   * @param batch pictures that one step works on at once, for `runAll`: faster for each of them, and as many times the memory.
   * @throws FwplusError where the method has a field of no use or a base code that the generator has not, where it wants
   *   P-norm+ statistics or a perceptual network and the model has none, where a kernel does not build, and where the GPU's memory does not suffice.
   *   Nothing is left behind then.
   */
  static async build(
    device: Device,
    model: Model,
    method: Method,
    batch = 1,
    options: BuildOptions = {},
  ): Promise<Inverter> {
    if (!Number.isInteger(batch) || batch < 1) {
      throw new FwplusError(
        `An inverter of ${batch} pictures at once is wanted; that is a whole number from 1.`,
      );
    }
    const checked = checkMethod(method, 'Inverter');
    return allOrNothing((made) => Inverter.#build(device, model, checked, batch, options, made));
  }

  static async #build(
    device: Device,
    model: Model,
    method: Method,
    batch: number,
    { like, lowMemory = false, halfWeights = false }: BuildOptions,
    made: Disposal,
  ): Promise<Inverter> {
    const matrixUnits = device.facts.matrix !== undefined;
    // Whoever asks for matrix units where there were none, or none where there were some, wants other plans.
    const choices = like?.matrixUnits === matrixUnits ? like.choices : undefined;
    const plans = { choices: choices && mergeChoices(choices), isLean: lowMemory, halfWeights };
    const lossScale = lossScaleFor(device.facts);
    const step = traceStep(model, method, { batch, capacity: RING, lowMemory, lossScale });
    const executable = made.use(
      await compile(device, step.graph, {
        name: `inversion into ${method.space}`,
        variables: step.variables,
        ...plans,
      }),
    );
    // After the step: then it finds all the memory that it shares with it.
    const starter = made.use(await Starter.build(device, model, method, plans));
    const computation = await computationOf(device.facts, [...starter.executables, executable]);
    return new Inverter(model, method, batch, computation, starter, { ...step, executable });
  }

  get memory(): MemoryReport {
    return this.#parts.executable.memory;
  }

  /** The convolutions of the start and of a step, for a tuner. */
  get convolutions(): PlannedConvolution[] {
    return [...this.#starter.executables, this.#parts.executable].flatMap((it) => [
      ...it.convolutions.values(),
    ]);
  }

  /** GPU time of every launch of one step, on whatever the codes hold now. Counts as a step. */
  profile(): Promise<LaunchTime[]> {
    return this.#parts.executable.profile();
  }

  /** In words, what of a saved state's computation is not as here; empty where going on gives the same bytes. */
  differences(state: InversionState): string[] {
    return differencesOf(state.computation, this.computation);
  }

  /**
   * Inverts one picture.
   * @param target of this inverter's model and method.
   * @throws FwplusError as `runAll` does.
   */
  async run(target: Target, { resume, onProgress, ...options }: RunOptions): Promise<InversionState> {
    const [state] = await this.runAll([target], {
      ...options,
      ...(resume && { resume: [resume] }),
      ...(onProgress && {
        onProgress: ({ step, steps, last, states }: BatchProgress) =>
          onProgress({ step, steps, last: last[0]!, state: async () => (await states())[0]! }),
      }),
    });
    return state!;
  }

  /**
   * Inverts up to `batch` pictures together; each comes out as it would alone, but for rounding.
   * @param targets of this inverter's model and method.
   * @returns the states, in the targets' order.
   * @throws FwplusError where the loss is no longer finite, where a state to go on from is of another model, picture, step or
   *   method, where other pictures are being inverted, and where the GPU reports an error.
   */
  async runAll(targets: readonly Target[], options: BatchRunOptions): Promise<InversionState[]> {
    if (!Number.isInteger(options.steps) || options.steps < 0) {
      throw new FwplusError(
        `An inversion of ${options.steps} steps is wanted; steps are whole numbers from 0.`,
      );
    }
    if (targets.length < 1 || targets.length > this.batch) {
      throw new FwplusError(
        `This inverter takes 1 to ${this.batch} pictures at once, not ${targets.length}.`,
        {
          hint: 'Build it for more pictures, or give fewer.',
        },
      );
    }
    if (this.#running) {
      throw new FwplusError('This inverter is at work on another picture.', {
        hint: 'Wait for that run, or build a second inverter.',
      });
    }
    this.#running = true;
    try {
      return await this.#run(targets, options);
    } finally {
      this.#running = false;
    }
  }

  async #run(
    targets: readonly Target[],
    { steps, resume, onProgress, signal }: BatchRunOptions,
  ): Promise<InversionState[]> {
    const pictures = await this.#begin(targets, resume);
    let step = resume?.[0]?.step ?? 0;
    const states = () => this.#states(pictures, step);
    let chunk = 1;
    while (step < steps && !signal?.aborted) {
      const count = Math.min(chunk, steps - step);
      const began = performance.now();
      for (let at = 0; at < count; at++) this.#parts.executable.run();
      await this.#readHistory(pictures, step, count);
      step += count;
      chunk = nextChunk(count, performance.now() - began);
      await onProgress?.({ step, steps, last: pictures.map(({ history }) => history.at(-1)!), states });
    }
    return states();
  }

  destroy(): void {
    this.#starter.destroy();
    this.#parts.executable.destroy();
  }

  /** Writes inputs, codes and optimiser state. Places without a picture repeat the last one. */
  async #begin(
    targets: readonly Target[],
    resume: readonly InversionState[] | undefined,
  ): Promise<Picture[]> {
    const { executable, codes, target: wanted, moments, counter } = this.#parts;
    const hashes = await Promise.all(targets.map(hashTarget));
    if (resume) checkResumed(this.model, this.method, resume, hashes);
    const features: Float32Array[][] = [];
    const initial: Codes[] = [];
    for (const [at, target] of targets.entries()) {
      features.push(await this.#starter.features(target));
      initial.push(resume?.[at]?.codes ?? (await this.#starter.codes(target)));
    }
    const baseTargets = initial.map(({ base }, at) => (resume ? resume[at]!.baseTarget : base));
    const saved = targets.map((_, at) => resume?.[at]?.moments);

    const write = (tensor: Tensor, values: readonly (Float32Array | undefined)[]) =>
      executable.write(tensor, stacked(tensor, this.batch, values));
    write(
      wanted.picture,
      targets.map(({ picture }) => picture),
    );
    wanted.features.forEach((feature, tap) => {
      write(
        feature,
        features.map((taps) => taps[tap]!),
      );
    });
    if (wanted.base) write(wanted.base, baseTargets);
    if (codes.base)
      write(
        codes.base,
        initial.map(({ base }) => base),
      );
    write(
      codes.detail,
      initial.map(({ detail }) => detail),
    );
    for (const which of ['first', 'second'] as const) {
      if (moments.base)
        write(
          moments.base[which],
          saved.map((values) => values?.base?.[which]),
        );
      write(
        moments.detail[which],
        saved.map((values) => values?.detail[which]),
      );
    }
    executable.write(counter, Uint32Array.of(resume?.[0]?.step ?? 0));
    return hashes.map((targetHash, at) => ({
      targetHash,
      baseTarget: baseTargets[at],
      history: [...(resume?.[at]?.history ?? [])],
    }));
  }

  #divergence(step: number): FwplusError {
    return new FwplusError(
      `The inversion diverged at step ${step}: the loss is no longer a finite number. Nothing of that step was saved.`,
      {
        hint: `${this.computation.matrixUnits ? OVERFLOW : 'Use'} a lower learning rate (it was ${this.method.learningRate}), and check the generator's weights and the factors of the loss.`,
      },
    );
  }

  async #states(pictures: readonly Picture[], step: number): Promise<InversionState[]> {
    const { codes, moments } = this.#parts;
    const histories = pictures.map(({ history }) => [...history]);
    // All are asked for before any is there: whoever calls need not wait, and steps may follow meanwhile.
    const [base, detail, base1, base2, detail1, detail2] = await Promise.all(
      [
        codes.base,
        codes.detail,
        moments.base?.first,
        moments.base?.second,
        moments.detail.first,
        moments.detail.second,
      ].map((tensor) => this.#read(tensor, step)),
    );
    return pictures.map(({ targetHash, baseTarget }, at) => ({
      modelId: this.model.id,
      method: this.method,
      targetHash,
      step,
      baseTarget,
      computation: this.computation,
      history: histories[at]!,
      codes: { base: base?.[at], detail: detail![at]! },
      moments: {
        base: base1 && base2 && { first: base1[at]!, second: base2[at]! },
        detail: { first: detail1![at]!, second: detail2![at]! },
      },
    }));
  }

  /** A tensor's values, by picture. */
  async #read(tensor: Tensor | undefined, step: number): Promise<Float32Array[] | undefined> {
    if (!tensor) return undefined;
    const data = await this.#parts.executable.read(tensor);
    // The update after the last loss may be the one that diverges.
    if (!data.every(Number.isFinite)) throw this.#divergence(step);
    const size = data.length / this.batch;
    return Array.from({ length: this.batch }, (_, at) => data.slice(at * size, (at + 1) * size));
  }

  /** Adds the records of `count` steps from `first` on to every picture's history. */
  async #readHistory(pictures: readonly Picture[], first: number, count: number): Promise<void> {
    const ring = await this.#parts.executable.read(this.#parts.ring);
    for (let step = first; step < first + count; step++) {
      pictures.forEach(({ history }, at) => {
        const made = recordOf(ring, step % RING, this.batch, at);
        if (!Number.isFinite(made.total)) throw this.#divergence(step);
        history.push(made);
      });
    }
  }
}

/** The values of all pictures in one array; zeros where there are none, the last picture's where pictures are missing. */
function stacked(tensor: Tensor, batch: number, values: readonly (Float32Array | undefined)[]): Float32Array {
  if (batch === 1 && values[0]) return values[0];
  const all = new Float32Array(tensor.size);
  const size = tensor.size / batch;
  for (let at = 0; at < batch; at++) {
    const own = values[Math.min(at, values.length - 1)];
    if (own) all.set(own, at * size);
  }
  return all;
}

/** Reads about twice a second: often enough to watch, and seldom, since the GPU then waits for the next step to be encoded. */
function nextChunk(count: number, milliseconds: number): number {
  const fitting = Math.floor((500 * count) / Math.max(1, milliseconds));
  return Math.max(1, Math.min(RING, 2 * count, fitting));
}

/**
 * Inversion by optimisation (Kang et al. 2021): one Adam over the base and the detail code. The whole step is
 * one Program, built once and used for any number of pictures; nothing is read back inside a step.
 */
import { adam, type Moments } from '../autograd/adam.js';
import { compile, type Executable } from '../autograd/compile.js';
import { gradients } from '../autograd/gradients.js';
import { Graph } from '../autograd/graph.js';
import { assign } from '../autograd/ops/copy.js';
import { advance, record, stepCounter } from '../autograd/ops/history.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Device } from '../engine/device.js';
import { allOrNothing, type Disposal } from '../engine/disposal.js';
import type { LaunchTime, MemoryReport } from '../engine/program.js';
import { FwplusError } from '../errors.js';
import type { Computation, InversionState, MomentValues, StepRecord } from './codes.js';
import { computationOf, differencesOf } from './computation.js';
import { checkMethod, type Method } from './method.js';
import { type Model, requirePNorm } from './model.js';
import {
  type CodeTensors,
  codeTensors,
  objective,
  recordOf,
  type TargetTensors,
  TERMS,
  targetTensors,
} from './objective.js';
import { clipToPNorm } from './pnorm.js';
import { Starter } from './start.js';
import { hashTarget, type Target } from './target.js';

/** Steps whose terms the GPU keeps; the host reads them at least this often. */
const RING = 64;

export interface RunOptions {
  /** Total steps, those of a resumed state included. */
  readonly steps: number;
  /** Goes on from here instead of starting. */
  readonly resume?: InversionState;
  /** Called every few steps; its promise is waited for, so it may save. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>;
  /** Stops after the steps in flight; the state so far is returned. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly last: StepRecord;
  /** Reads the state as it is after `step` steps. */
  readonly state: () => Promise<InversionState>;
}

interface Parts {
  readonly executable: Executable;
  readonly codes: CodeTensors;
  readonly target: TargetTensors;
  readonly moments: { readonly base: Moments | undefined; readonly detail: Moments };
  readonly counter: Tensor;
  readonly ring: Tensor;
}

export class Inverter {
  readonly model: Model;
  readonly method: Method;
  /** What a user may not expect of this model and method, in words; worth showing. */
  readonly notes: readonly string[];
  /** What computes, for `differences`. */
  readonly computation: Computation;
  readonly #starter: Starter;
  readonly #parts: Parts;
  #running = false;

  private constructor(
    model: Model,
    method: Method,
    computation: Computation,
    starter: Starter,
    parts: Parts,
  ) {
    this.model = model;
    this.method = method;
    this.notes = starter.notes;
    this.computation = computation;
    this.#starter = starter;
    this.#parts = parts;
  }

  /**
   * Builds the programs of a method: once for any number of pictures and steps. Destroy it when done.
   * @throws FwplusError where the method has a field of no use or a base code that the generator has not, where it wants
   *   P-norm+ statistics and the model has none, where a kernel does not build, and where the GPU's memory does not suffice.
   *   Nothing is left behind then.
   */
  static build(device: Device, model: Model, method: Method): Promise<Inverter> {
    return allOrNothing((made) => Inverter.#build(device, model, checkMethod(method, 'Inverter'), made));
  }

  static async #build(device: Device, model: Model, method: Method, made: Disposal): Promise<Inverter> {
    const starter = made.use(await Starter.build(device, model, method));
    const graph = new Graph();
    const codes = codeTensors(graph, model, method, 1);
    const target = targetTensors(graph, model, method, 1);
    const { terms } = objective(model, method, codes, target);
    const counter = stepCounter(graph);
    const variables = [...(codes.base ? [codes.base] : []), codes.detail];
    const slopes = gradients(terms.total, variables);
    const { learningRate } = method;
    const moments = variables.map((variable, at) => adam(variable, slopes[at]!, counter, { learningRate }));
    if (method.pnorm === 'clip') {
      assign(
        codes.detail,
        clipToPNorm(codes.detail, requirePNorm(model, 'P-norm+ clipping'), method.clipLimit),
      );
    }
    const ring = record(
      TERMS.map((term) => terms[term]),
      counter,
      RING,
    );
    advance(counter);
    const inputs = [target.picture, ...target.features, ...(target.base ? [target.base] : [])];
    const executable = made.use(
      await compile(device, graph, {
        name: `inversion into ${method.space}`,
        variables: [...variables, counter, ring, ...inputs],
      }),
    );
    const detail = moments.at(-1)!;
    const base = codes.base ? moments[0] : undefined;
    const computation = await computationOf(device.facts, executable.plans);
    return new Inverter(model, method, computation, starter, {
      executable,
      codes,
      target,
      moments: { base, detail },
      counter,
      ring,
    });
  }

  get memory(): MemoryReport {
    return this.#parts.executable.memory;
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
   * Inverts one picture, one at a time.
   * @param target of this inverter's model and method.
   * @throws FwplusError where the loss is no longer finite, where the state to go on from is of another model, picture or
   *   method, where another picture is being inverted, and where the GPU reports an error.
   */
  async run(target: Target, options: RunOptions): Promise<InversionState> {
    if (!Number.isInteger(options.steps) || options.steps < 0) {
      throw new FwplusError(
        `An inversion of ${options.steps} steps is wanted; steps are whole numbers from 0.`,
      );
    }
    if (this.#running) {
      throw new FwplusError('This inverter is at work on another picture.', {
        hint: 'Wait for that run, or build a second inverter.',
      });
    }
    this.#running = true;
    try {
      return await this.#run(target, options);
    } finally {
      this.#running = false;
    }
  }

  async #run(target: Target, { steps, resume, onProgress, signal }: RunOptions): Promise<InversionState> {
    const targetHash = await hashTarget(target);
    const baseTarget = await this.#begin(target, targetHash, resume);
    const history: StepRecord[] = [...(resume?.history ?? [])];
    let step = resume?.step ?? 0;
    const state = async (): Promise<InversionState> => ({
      modelId: this.model.id,
      method: this.method,
      targetHash,
      step,
      baseTarget,
      computation: this.computation,
      history: [...history],
      ...(await this.#readCodes(step)),
    });
    let chunk = 1;
    while (step < steps && !signal?.aborted) {
      const count = Math.min(chunk, steps - step);
      const began = performance.now();
      for (let at = 0; at < count; at++) this.#parts.executable.run();
      const made = await this.#readHistory(step, count);
      const diverged = made.findIndex(({ total }) => !Number.isFinite(total));
      if (diverged >= 0) throw this.#divergence(step + diverged);
      history.push(...made);
      step += count;
      chunk = nextChunk(count, performance.now() - began);
      await onProgress?.({ step, steps, last: history.at(-1)!, state });
    }
    return state();
  }

  destroy(): void {
    this.#starter.destroy();
    this.#parts.executable.destroy();
  }

  /** Writes inputs, codes and optimiser state; returns the target of the base term. */
  async #begin(target: Target, targetHash: string, resume: InversionState | undefined) {
    const { executable, codes, target: wanted, moments, counter } = this.#parts;
    if (resume) this.#checkResume(resume, targetHash);
    const start = await this.#starter.start(target);
    const initial = resume?.codes ?? start.codes;
    const baseTarget = resume ? resume.baseTarget : start.codes.base;

    executable.write(wanted.picture, target.picture);
    wanted.features.forEach((feature, tap) => {
      executable.write(feature, start.features[tap]!);
    });
    if (wanted.base) executable.write(wanted.base, baseTarget!);
    if (codes.base) executable.write(codes.base, initial.base!);
    executable.write(codes.detail, initial.detail);
    if (moments.base) writeMoments(executable, moments.base, resume?.moments.base);
    writeMoments(executable, moments.detail, resume?.moments.detail);
    executable.write(counter, Uint32Array.of(resume?.step ?? 0));
    return baseTarget;
  }

  #checkResume(state: InversionState, targetHash: string): void {
    const mismatch = (what: string, hint: string) => {
      throw new FwplusError(`The saved inversion cannot go on: ${what}.`, { hint });
    };
    if (state.modelId !== this.model.id) {
      mismatch(
        `it is of the model '${state.modelId}', this is '${this.model.id}'`,
        'Give the model that it was made with.',
      );
    }
    if (state.targetHash !== targetHash) {
      mismatch(
        'it is of another picture',
        'Give the same picture and the same --fit, or leave --resume out to start anew.',
      );
    }
    if (JSON.stringify(checkMethod(state.method, 'The saved inversion')) !== JSON.stringify(this.method)) {
      mismatch(
        'it was made with other settings',
        'Give the same settings, or leave --resume out to start anew.',
      );
    }
  }

  #divergence(step: number): FwplusError {
    return new FwplusError(
      `The inversion diverged at step ${step}: the loss is no longer a finite number. Nothing of it was saved.`,
      {
        hint: `Use a lower learning rate (it was ${this.method.learningRate}), and check the generator's weights and the factors of the loss.`,
      },
    );
  }

  async #readCodes(step: number): Promise<Pick<InversionState, 'codes' | 'moments'>> {
    const { executable, codes, moments } = this.#parts;
    const read = async (tensor: Tensor) => {
      const data = await executable.read(tensor);
      // The update after the last loss may be the one that diverges.
      if (!data.every(Number.isFinite)) throw this.#divergence(step);
      return data;
    };
    const values = async (pair: Moments): Promise<MomentValues> => ({
      first: await read(pair.first),
      second: await read(pair.second),
    });
    return {
      codes: {
        base: codes.base && (await read(codes.base)),
        detail: await read(codes.detail),
      },
      moments: { base: moments.base && (await values(moments.base)), detail: await values(moments.detail) },
    };
  }

  async #readHistory(first: number, count: number): Promise<StepRecord[]> {
    const ring = await this.#parts.executable.read(this.#parts.ring);
    return Array.from({ length: count }, (_, at) => recordOf(ring, (first + at) % RING));
  }
}

function writeMoments(executable: Executable, moments: Moments, values: MomentValues | undefined): void {
  executable.write(moments.first, values?.first ?? new Float32Array(moments.first.size));
  executable.write(moments.second, values?.second ?? new Float32Array(moments.second.size));
}

/** Reads about four times a second: often enough to watch, seldom enough not to wait. */
function nextChunk(count: number, milliseconds: number): number {
  const fitting = Math.floor((250 * count) / Math.max(1, milliseconds));
  return Math.max(1, Math.min(RING, 2 * count, fitting));
}

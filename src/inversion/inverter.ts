/**
 * Inversion by optimisation (Kang et al. 2021; method.md 1.5): one Adam over the base and the detail code. The whole step is
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
import type { LaunchTime, MemoryReport } from '../engine/program.js';
import { FwplusError } from '../errors.js';
import type { InversionState, MomentValues, StepRecord } from './codes.js';
import type { Method } from './method.js';
import { type Model, requirePNorm } from './model.js';
import {
  type CodeTensors,
  codeTensors,
  objective,
  type TargetTensors,
  TERMS,
  type Term,
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
  readonly image: Tensor;
}

export class Inverter {
  readonly model: Model;
  readonly method: Method;
  readonly #maxSteps: number;
  readonly #starter: Starter;
  readonly #parts: Parts;

  private constructor(model: Model, method: Method, maxSteps: number, starter: Starter, parts: Parts) {
    this.model = model;
    this.method = method;
    this.#maxSteps = maxSteps;
    this.#starter = starter;
    this.#parts = parts;
  }

  /** @param maxSteps the length of Adam's schedule; a run of more steps is refused. */
  static async build(device: Device, model: Model, method: Method, maxSteps: number): Promise<Inverter> {
    const starter = await Starter.build(device, model, method);
    const graph = new Graph();
    const codes = codeTensors(graph, model, method, 1);
    const target = targetTensors(graph, model, method, 1);
    const { image, terms } = objective(model, method, codes, target);
    const counter = stepCounter(graph);
    const variables = [...(codes.base ? [codes.base] : []), codes.detail];
    const slopes = gradients(terms.total, variables);
    const schedule = { learningRate: () => method.learningRate, steps: maxSteps };
    const moments = variables.map((variable, at) => adam(variable, slopes[at]!, counter, schedule));
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
    const executable = await compile(device, graph, {
      name: `inversion into ${method.space}`,
      outputs: [image],
      variables: [
        ...variables,
        counter,
        ring,
        target.picture,
        ...target.features,
        ...(target.base ? [target.base] : []),
      ],
    });
    const detail = moments.at(-1)!;
    const base = codes.base ? moments[0] : undefined;
    return new Inverter(model, method, maxSteps, starter, {
      executable,
      codes,
      target,
      moments: { base, detail },
      counter,
      ring,
      image,
    });
  }

  get memory(): MemoryReport {
    return this.#parts.executable.memory;
  }

  /** GPU time of every launch of one step, on whatever the codes hold now. Counts as a step. */
  profile(): Promise<LaunchTime[]> {
    return this.#parts.executable.profile();
  }

  async run(target: Target, options: RunOptions): Promise<InversionState> {
    const { steps, resume, onProgress, signal } = options;
    if (steps > this.#maxSteps) {
      throw new FwplusError(
        `This inverter was built for ${this.#maxSteps} steps at most; ${steps} steps are wanted.`,
        { hint: 'Build it with a larger maxSteps.' },
      );
    }
    const targetHash = await hashTarget(target);
    const features = await this.#begin(target, targetHash, resume);
    const history: StepRecord[] = [...(resume?.history ?? [])];
    let step = resume?.step ?? 0;
    const { encodedBase } = features;
    const state = async (): Promise<InversionState> => ({
      modelId: this.model.id,
      method: this.method,
      targetHash,
      step,
      encodedBase,
      history: [...history],
      ...(await this.#readCodes()),
    });
    let chunk = 1;
    while (step < steps && !signal?.aborted) {
      const count = Math.min(chunk, steps - step);
      const began = performance.now();
      for (let at = 0; at < count; at++) this.#parts.executable.run();
      history.push(...(await this.#readHistory(step, count)));
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

  /** Writes inputs, codes and optimiser state; returns what has to be saved with them. */
  async #begin(target: Target, targetHash: string, resume: InversionState | undefined) {
    const { executable, codes, target: wanted, moments, counter } = this.#parts;
    if (resume) this.#checkResume(resume, targetHash);
    const start = await this.#starter.start(target, codes.detail.size);
    const initial = resume?.codes ?? start.codes;
    const encodedBase = resume ? resume.encodedBase : start.codes.base;

    executable.write(wanted.picture, target.picture);
    wanted.features.forEach((feature, tap) => {
      executable.write(feature, start.features[tap]!);
    });
    if (wanted.base) executable.write(wanted.base, encodedBase!);
    if (codes.base) executable.write(codes.base, initial.base!);
    executable.write(codes.detail, initial.detail);
    if (moments.base) writeMoments(executable, moments.base, resume?.moments.base);
    writeMoments(executable, moments.detail, resume?.moments.detail);
    executable.write(counter, Uint32Array.of(resume?.step ?? 0));
    return { encodedBase };
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
    if (JSON.stringify(state.method) !== JSON.stringify(this.method)) {
      mismatch(
        'it was made with other settings',
        'Give the same settings, or leave --resume out to start anew.',
      );
    }
  }

  async #readCodes(): Promise<Pick<InversionState, 'codes' | 'moments'>> {
    const { executable, codes, moments } = this.#parts;
    const values = async (pair: Moments): Promise<MomentValues> => ({
      first: await executable.read(pair.first),
      second: await executable.read(pair.second),
    });
    return {
      codes: {
        base: codes.base && (await executable.read(codes.base)),
        detail: await executable.read(codes.detail),
      },
      moments: { base: moments.base && (await values(moments.base)), detail: await values(moments.detail) },
    };
  }

  async #readHistory(first: number, count: number): Promise<StepRecord[]> {
    const ring = await this.#parts.executable.read(this.#parts.ring);
    return Array.from({ length: count }, (_, at) => {
      const row = ((first + at) % RING) * TERMS.length;
      return Object.fromEntries(TERMS.map((term, column) => [term, ring[row + column]!])) as Record<
        Term,
        number
      >;
    });
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

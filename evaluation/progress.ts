/** One line on stderr: what is inverted, and how long all of it will take. */
import { progressLine } from '../src/cli/progress.js';
import type { BatchProgress } from '../src/inversion/inverter.js';
import type { EvaluationOptions } from './options.js';

/** Counts in faces, each once for every method and transform; one that has half of its steps is half a face. */
export class Progress {
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #began: number;
  readonly #all: number;
  /** Were there already, and tell nothing of the time that one takes. */
  #found = 0;
  /** By batches that are through. */
  #made = 0;
  /** By the batch in flight. */
  #part = 0;
  #label = '';
  #from = 0;
  #lastLine = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds. */
  constructor(
    { quiet, images, methods, transforms }: EvaluationOptions,
    now: () => number = () => performance.now(),
  ) {
    this.#quiet = quiet;
    this.#now = now;
    this.#began = now();
    this.#all = methods.length * transforms.length * images;
  }

  found(faces: number): void {
    this.#found += faces;
  }

  /** The next batch. @param from steps that each of its faces has already. */
  begin(label: string, from: number): void {
    this.#made += this.#part;
    this.#part = 0;
    this.#label = label;
    this.#from = from;
  }

  update({ step, steps, last }: Pick<BatchProgress, 'step' | 'steps' | 'last'>): void {
    this.#part = (last.length * (step - this.#from)) / steps;
    const interval = process.stderr.isTTY ? 250 : 30000;
    if (this.#quiet || this.#now() - this.#lastLine < interval) return;
    this.#lastLine = this.#now();
    const done = (this.#found + this.#made + this.#part) / this.#all;
    const percent = Math.floor(100 * done);
    const text = `step ${step}/${steps}, ${percent} % of all  about ${this.minutesLeft.toFixed(0)} min left`;
    const columns = process.stderr.isTTY ? process.stderr.columns : undefined;
    const line = progressLine({ label: this.#label, done, text }, columns);
    process.stderr.write(process.stderr.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
  }

  get minutesLeft(): number {
    const made = this.#made + this.#part;
    const minutes = (this.#now() - this.#began) / 60000;
    return ((this.#all - this.#found - made) * minutes) / Math.max(1e-3, made);
  }

  end(): void {
    if (!this.#quiet && process.stderr.isTTY) process.stderr.write('\n');
  }
}

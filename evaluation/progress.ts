/** One line on stderr: what is inverted, and how long all of it will take. */
import { progressLine } from '../src/cli/progress.js';
import type { BatchProgress } from '../src/inversion/inverter.js';
import type { EvaluationOptions } from './options.js';

export class Progress {
  readonly #quiet: boolean;
  /** Pairs of a method and a transform. */
  readonly #pairs: number;
  readonly #images: number;
  readonly #began = performance.now();
  #finished = 0;
  /** Pairs that were there already. */
  #found = 0;
  #lastLine = Number.NEGATIVE_INFINITY;
  #worked = false;

  constructor({ quiet, images, methods, transforms }: EvaluationOptions) {
    this.#quiet = quiet;
    this.#images = images;
    this.#pairs = methods.length * transforms.length;
  }

  /** @param before faces of the pair that earlier batches have done. */
  update(label: string, { step, steps, last }: BatchProgress, before: number): void {
    this.#worked = true;
    const interval = process.stderr.isTTY ? 250 : 30000;
    if (this.#quiet || performance.now() - this.#lastLine < interval) return;
    this.#lastLine = performance.now();
    const part = (before + (step / steps) * last.length) / this.#images;
    const done = (this.#finished + part) / this.#pairs;
    const minutes = (performance.now() - this.#began) / 60000;
    const made = this.#finished - this.#found + part;
    const left = ((this.#pairs - this.#finished - part) * minutes) / Math.max(1e-3, made);
    const text = `step ${step}/${steps}, pair ${this.#finished + 1}/${this.#pairs}  about ${left.toFixed(0)} min left`;
    const columns = process.stderr.isTTY ? process.stderr.columns : undefined;
    const line = progressLine({ label, done, text }, columns);
    process.stderr.write(process.stderr.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
  }

  /** One method is through with one transform. */
  finished(): void {
    this.#finished++;
    if (!this.#worked) this.#found++;
    this.#worked = false;
  }

  end(): void {
    if (!this.#quiet && process.stderr.isTTY) process.stderr.write('\n');
  }
}

/** Progress lines on stderr. */

import type { Progress } from '../inversion/inverter.js';
import { psnrOfError } from '../inversion/metrics.js';

const WIDTH = 24;

/** How far something with a known end has come. */
export class CountingBar {
  readonly #label: string;
  readonly #quiet: boolean;
  readonly #began = performance.now();
  /** What an earlier run had done. */
  readonly #before: number;
  #lastLine = Number.NEGATIVE_INFINITY;

  constructor(label: string, quiet: boolean, before = 0) {
    this.#label = label;
    this.#quiet = quiet;
    this.#before = before;
  }

  /** @param describe gives words for in between, by how many are done a second. */
  update(done: number, all: number, describe: (rate: number) => string = () => ''): void {
    if (this.#quiet) return;
    const seconds = (performance.now() - this.#began) / 1000;
    const rate = (done - this.#before) / Math.max(1e-9, seconds);
    const left = (all - done) / rate;
    const parts = {
      label: this.#label,
      done: done / all,
      text: `${done}/${all}${describe(rate)}  ${clock(left)} left`,
    };
    const text = progressLine(parts, process.stderr.isTTY ? process.stderr.columns : undefined);
    if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
    else if (done === all || performance.now() - this.#lastLine > 10000) {
      process.stderr.write(`${text}\n`);
      this.#lastLine = performance.now();
    }
  }

  end(): void {
    if (!this.#quiet && process.stderr.isTTY) process.stderr.write('\n');
  }
}

/** Of an inversion: loss, PSNR, steps a second. */
export class ProgressBar {
  readonly #bar: CountingBar;

  /** @param before steps that an earlier run had made. */
  constructor(label: string, before: number, quiet: boolean) {
    this.#bar = new CountingBar(label, quiet, before);
  }

  update({ step, steps, last }: Progress): void {
    this.#bar.update(
      step,
      steps,
      (rate) =>
        `  loss ${last.total.toFixed(4)}  ${psnrOfError(last.error).toFixed(2)} dB  ${rate.toFixed(1)} steps/s`,
    );
  }

  end(): void {
    this.#bar.end();
  }
}

/** One line that fits into the terminal: the bar gives way first, then the end of the line. */
export function progressLine(
  { label, done, text }: { readonly label: string; readonly done: number; readonly text: string },
  columns = Number.POSITIVE_INFINITY,
): string {
  const start = `${label.padEnd(8)} `;
  // The last column stays free: there some terminals begin a new line.
  const room = columns - 1 - start.length - text.length - 1;
  const width = Math.min(WIDTH, Math.max(0, room));
  const filled = Math.round(width * done);
  const bar = width < 4 ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
  const line = `${start}${bar}${text}`;
  return columns > 1 ? line.slice(0, columns - 1) : line;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

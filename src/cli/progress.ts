/** A progress line on stderr: loss, PSNR, steps a second, time left. */

import type { Progress } from '../inversion/inverter.js';
import { psnrOfError } from '../inversion/metrics.js';

const WIDTH = 24;

export class ProgressBar {
  readonly #label: string;
  readonly #quiet: boolean;
  readonly #began = performance.now();
  /** Steps that an earlier run had made. */
  readonly #before: number;
  #lastLine = Number.NEGATIVE_INFINITY;

  constructor(label: string, before: number, quiet: boolean) {
    this.#before = before;
    this.#label = label;
    this.#quiet = quiet;
  }

  update({ step, steps, last }: Progress): void {
    if (this.#quiet) return;
    const seconds = (performance.now() - this.#began) / 1000;
    const rate = (step - this.#before) / Math.max(1e-9, seconds);
    const left = (steps - step) / rate;
    const parts = {
      label: this.#label,
      done: step / steps,
      text:
        `${step}/${steps}  loss ${last.total.toFixed(4)}  ${psnrOfError(last.error).toFixed(2)} dB` +
        `  ${rate.toFixed(1)} steps/s  ${clock(left)} left`,
    };
    const text = progressLine(parts, process.stderr.isTTY ? process.stderr.columns : undefined);
    if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
    else if (step === steps || performance.now() - this.#lastLine > 10000) {
      process.stderr.write(`${text}\n`);
      this.#lastLine = performance.now();
    }
  }

  end(): void {
    if (!this.#quiet && process.stderr.isTTY) process.stderr.write('\n');
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

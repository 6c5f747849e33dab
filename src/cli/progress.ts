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
  #lastLine = 0;

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
    const filled = Math.round((WIDTH * step) / steps);
    const text =
      `${this.#label.padEnd(8)} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${step}/${steps}` +
      `  loss ${last.total.toFixed(4)}  ${psnrOfError(last.error).toFixed(2)} dB  ${rate.toFixed(1)} steps/s  ${clock(left)} left`;
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

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

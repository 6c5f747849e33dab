/** Saves now and then. That it cannot, such as on a full disk, is said once and does not end the work. */
export class Autosave {
  readonly #warn: (line: string) => void;
  readonly #interval: number;
  #last = performance.now();
  #warned = false;

  /** @param interval in milliseconds */
  constructor(warn: (line: string) => void, interval = 10000) {
    this.#warn = warn;
    this.#interval = interval;
  }

  /**
   * Saves where the last time is long enough ago. Only what `write` throws is survived: that there is nothing sound to be saved
   * is the end of the work.
   */
  async due<T>(make: () => T | Promise<T>, write: (made: T) => Promise<void>): Promise<void> {
    if (performance.now() - this.#last < this.#interval) return;
    const made = await make();
    try {
      await write(made);
    } catch (error) {
      if (!this.#warned) this.#warn(`${(error as Error).message} Going on without; tried again later.`);
      this.#warned = true;
    }
    this.#last = performance.now();
  }
}

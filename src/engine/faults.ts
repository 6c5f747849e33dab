/** Errors of a GPU, which are told late: by scopes around what is made, by an event, by the loss of the device. Each says what was running. */
import { FwplusError } from '../errors.js';

/** Resolves to what an error scope caught; never rejects. */
type Scope = Promise<FwplusError | undefined>;

export class Faults {
  /** What is in flight. */
  running = 'nothing had been submitted';
  /** Resolves where the device is lost, not where it is destroyed. */
  readonly lost: Promise<FwplusError>;
  readonly #device: GPUDevice;
  readonly #describe: () => string;
  /** The first that was told outside `checked`. */
  #failure: FwplusError | undefined;
  /** Where error scopes go while `checked` makes something. */
  #scopes: Scope[] | undefined;

  /** @param describe names the adapter. */
  constructor(device: GPUDevice, describe: () => string) {
    this.#device = device;
    this.#describe = describe;
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // else hosts print it, too
      const { message } = (event as GPUUncapturedErrorEvent).error;
      this.#failure ??= this.#error(`the GPU reported an error: ${message}`);
    });
    this.lost = new Promise((resolve) => {
      device.lost.then((info) => {
        if (info.reason === 'destroyed') return;
        const error = this.#lossError(info);
        this.#failure ??= error;
        resolve(error);
      });
    });
  }

  /** Throws the first error that the GPU has reported, if any. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Runs `make` and waits until the GPU has accepted all that `guarded` made in it; throws the first error, and forgets it. */
  async checked<T>(make: () => T): Promise<T> {
    const outer = this.#scopes;
    const scopes: Scope[] = [];
    this.#scopes = scopes;
    let made: T;
    try {
      made = make();
    } finally {
      this.#scopes = outer;
    }
    const error = (await Promise.all(scopes)).find((found) => found);
    if (error) throw error;
    this.check();
    return made;
  }

  /** Runs a creation inside error scopes; what they catch is thrown by `checked`, or else at the next check. */
  guarded<T>(what: string, make: () => T): T {
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    const caught: Promise<GPUError | null>[] = [];
    try {
      return make();
    } finally {
      // A device that is gone rejects; device.lost says so.
      for (let scope = 0; scope < 2; scope++) caught.push(this.#device.popErrorScope().catch(() => null));
      this.#report(what, caught);
    }
  }

  /** What to throw for an error of the host's, such as a failed mapping: the GPU's own, if it tells one soon. */
  async explained(what: string, error: unknown): Promise<FwplusError> {
    const loss = await this.#soonLost();
    if (loss && loss.reason !== 'destroyed') return this.#lossError(loss);
    if (!loss && this.#failure) return this.#failure;
    if (error instanceof FwplusError) return error;
    const cause = loss ? ' (the device has been destroyed)' : '';
    return new FwplusError(`${what} while ${this.running}: ${(error as Error).message}${cause}`, {
      hint: HINT,
      cause: error,
    });
  }

  #report(what: string, caught: readonly Promise<GPUError | null>[]): void {
    const scope = Promise.all(caught).then(([invalid, outOfMemory]) => {
      // A buffer for which there is no memory is invalid, too; the first cause is what counts.
      const error = outOfMemory ?? invalid;
      return error ? this.#error(`making the ${what} failed: ${error.message}`) : undefined;
    });
    if (this.#scopes) this.#scopes.push(scope);
    else {
      scope.then((error) => {
        this.#failure ??= error;
      });
    }
  }

  /** The loss of the device, if it is told soon: a little later than what it broke. */
  async #soonLost(): Promise<GPUDeviceLostInfo | undefined> {
    let stopWaiting = () => {};
    const silence = new Promise<undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), LOSS_NOTICE_MS);
      stopWaiting = () => clearTimeout(timer);
    });
    const info = await Promise.race([this.#device.lost, silence]);
    stopWaiting();
    return info;
  }

  #lossError({ message }: GPUDeviceLostInfo): FwplusError {
    return this.#error(`the device was lost (${message || 'no reason given'})`);
  }

  #error(found: string): FwplusError {
    return new FwplusError(`On ${this.#describe()} ${found}. At the time: ${this.running}.`, { hint: HINT });
  }
}

const HINT =
  'Run `fwplus doctor`. If memory ran out, use a smaller image or close other programs; --resume goes on from the last saved state.';
/** How long after a failed read a loss is waited for. */
const LOSS_NOTICE_MS = 250;

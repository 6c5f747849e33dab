/**
 * Memory for what lives only within a run, shared by all programs of a device: a run ends before the next begins, so no two
 * need it at once.
 */

/** Buffers, or textures. */
interface Sized {
  readonly bytes: number;
}

interface Entry<T> {
  readonly made: T;
  users: number;
}

export class TemporaryPool<T extends Sized> {
  readonly #make: (label: string, bytes: number) => T;
  readonly #destroy: (made: T) => void;
  readonly #entries = new Set<Entry<T>>();

  constructor(make: (label: string, bytes: number) => T, destroy: (made: T) => void) {
    this.#make = make;
    this.#destroy = destroy;
  }

  /** The smallest that holds so many bytes and is not in `taken`, or a new one. Throws where that cannot be made. */
  acquire(label: string, bytes: number, taken: ReadonlySet<T>): T {
    const fitting = [...this.#entries].filter(({ made }) => made.bytes >= bytes && !taken.has(made));
    const [smallest] = fitting.sort((a, b) => a.made.bytes - b.made.bytes);
    const entry = smallest ?? { made: this.#make(label, bytes), users: 0 };
    this.#entries.add(entry);
    entry.users++;
    return entry.made;
  }

  release(made: T): void {
    for (const entry of this.#entries) {
      if (entry.made !== made || --entry.users > 0) continue;
      this.#entries.delete(entry);
      this.#destroy(made);
    }
  }
}

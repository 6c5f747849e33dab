/** Things that must go again: all of them where a later one could not be made, or all of them in the end. */

export interface Destroyable {
  destroy(): void;
}

/** A list of things to undo, last first. */
export class Disposal {
  readonly #undo: (() => void)[] = [];

  /** Takes charge of `made` and hands it back. */
  use<T extends Destroyable>(made: T): T {
    this.#undo.push(() => made.destroy());
    return made;
  }

  defer(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Undoes all, once. */
  destroy(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

/** What `body` makes; where it throws, what it had taken charge of by then is destroyed. */
export async function allOrNothing<T>(body: (made: Disposal) => Promise<T>): Promise<T> {
  const made = new Disposal();
  try {
    return await body(made);
  } catch (error) {
    made.destroy();
    throw error;
  }
}

/** What `body` returns; what it took charge of is destroyed in any case. */
export async function withDisposal<T>(body: (held: Disposal) => Promise<T>): Promise<T> {
  const held = new Disposal();
  try {
    return await body(held);
  } finally {
    held.destroy();
  }
}

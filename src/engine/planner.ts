/**
 * Memory for temporaries: whole-buffer slots coloured by lifetime. WebGPU forbids one dispatch to read and write the same
 * buffer, even in disjoint ranges, so two temporaries that meet in a launch never share a slot.
 * Greedy by size: the largest first, each into the first slot that is free for its whole life.
 */
import type { Launch } from './launch.js';
import { rootOf, type Storage, type Temporary } from './storage.js';

export interface MemoryPlan {
  /** The slot of each temporary. */
  readonly slotOf: ReadonlyMap<Temporary, number>;
  /** Bytes of each slot. */
  readonly slots: readonly number[];
}

interface Life {
  readonly temporary: Temporary;
  readonly first: number;
  last: number;
}

export function planMemory(launches: readonly Launch<Storage>[]): MemoryPlan {
  const slotOf = new Map<Temporary, number>();
  const slots: { bytes: number; lives: Life[] }[] = [];
  const bySize = lifetimes(launches).sort(
    (a, b) => b.temporary.bytes - a.temporary.bytes || a.first - b.first,
  );
  for (const life of bySize) {
    let at = slots.findIndex(({ lives }) =>
      lives.every((other) => other.last < life.first || life.last < other.first),
    );
    if (at < 0) at = slots.push({ bytes: life.temporary.bytes, lives: [] }) - 1;
    slots[at]!.lives.push(life);
    slotOf.set(life.temporary, at);
  }
  return { slotOf, slots: slots.map(({ bytes }) => bytes) };
}

function lifetimes(launches: readonly Launch<Storage>[]): Life[] {
  const lives = new Map<Temporary, Life>();
  launches.forEach((launch, at) => {
    for (const storage of Object.values(launch.bindings)) {
      const { root } = rootOf(storage);
      if (root.kind !== 'temporary') continue;
      const life = lives.get(root);
      if (life) life.last = at;
      else lives.set(root, { temporary: root, first: at, last: at });
    }
  });
  return [...lives.values()];
}

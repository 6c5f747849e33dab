/**
 * Memory for temporaries: places in a few buffers. Two temporaries may have the same bytes where they never live at once, and
 * bytes of one buffer where no dispatch writes one while it uses the other: WebGPU forbids one dispatch to read and write the
 * same buffer, even in disjoint ranges.
 *
 * Greedy, the largest first, each where it makes the sum of buffers grow least; of two such places the one that leaves the smaller gap.
 */
import { kernelInfo, type Launch } from './launch.js';
import { rootOf, STORAGE_ALIGNMENT, type Storage, type Temporary } from './storage.js';

export interface Place {
  /** The number of its buffer. */
  readonly buffer: number;
  /** In bytes, aligned. */
  readonly offset: number;
}

export interface MemoryPlan {
  readonly places: ReadonlyMap<Temporary, Place>;
  /** Bytes of each buffer. */
  readonly buffers: readonly number[];
}

/** WebGPU's default limit of a binding, which a Device keeps to for whole buffers. */
const MOST_BYTES = 128 * 2 ** 20;

interface Life {
  readonly temporary: Temporary;
  readonly first: number;
  last: number;
  /** Those that may not lie in the same buffer. */
  readonly apart: Set<Life>;
}

interface Placed {
  readonly life: Life;
  readonly offset: number;
  readonly end: number;
}

interface Buffer {
  bytes: number;
  readonly placed: Placed[];
}

export function planMemory(launches: readonly Launch<Storage>[]): MemoryPlan {
  const places = new Map<Temporary, Place>();
  const buffers: Buffer[] = [];
  const bySize = lifetimes(launches).sort(
    (a, b) => b.temporary.bytes - a.temporary.bytes || a.first - b.first,
  );
  for (const life of bySize) {
    const { bytes } = life.temporary;
    let best: Candidate = { buffer: buffers.length, offset: 0, growth: bytes, gap: 0 };
    buffers.forEach((buffer, at) => {
      if (buffer.placed.some((other) => life.apart.has(other.life))) return;
      const found = { buffer: at, ...roomIn(buffer, life) };
      if (found.offset + bytes <= MOST_BYTES && isBetter(found, best)) best = found;
    });
    buffers[best.buffer] ??= { bytes: 0, placed: [] };
    const buffer = buffers[best.buffer]!;
    buffer.bytes += best.growth;
    buffer.placed.push({ life, offset: best.offset, end: best.offset + bytes });
    places.set(life.temporary, { buffer: best.buffer, offset: best.offset });
  }
  return { places, buffers: buffers.map(({ bytes }) => bytes) };
}

interface Candidate extends Place {
  /** By how much the buffer grows. */
  readonly growth: number;
  /** Bytes left free behind it. */
  readonly gap: number;
}

function isBetter(a: Candidate, b: Candidate): boolean {
  return a.growth < b.growth || (a.growth === b.growth && a.gap < b.gap);
}

/** The tightest gap that is free for a whole life, or else the end of the buffer. */
function roomIn(buffer: Buffer, life: Life): Omit<Candidate, 'buffer'> {
  const { bytes } = life.temporary;
  const living = buffer.placed
    .filter(({ life: other }) => other.first <= life.last && life.first <= other.last)
    .sort((a, b) => a.offset - b.offset);
  let best: Omit<Candidate, 'buffer'> | undefined;
  let offset = 0;
  for (const { offset: next, end } of [...living, { offset: Infinity, end: Infinity }]) {
    const room = Math.min(next, Math.max(buffer.bytes, offset + bytes)) - offset;
    const growth = Math.max(0, offset + bytes - buffer.bytes);
    const gap = room - bytes;
    if (gap >= 0 && (!best || growth < best.growth || (growth === best.growth && gap < best.gap)))
      best = { offset, growth, gap };
    offset = Math.max(offset, STORAGE_ALIGNMENT * Math.ceil(end / STORAGE_ALIGNMENT));
  }
  return best!;
}

function lifetimes(launches: readonly Launch<Storage>[]): Life[] {
  const lives = new Map<Temporary, Life>();
  launches.forEach((launch, at) => {
    const used: { life: Life; written: boolean }[] = [];
    for (const { name, access } of kernelInfo(launch.kernel).bindings) {
      const { root } = rootOf(launch.bindings[name]!);
      if (root.kind !== 'temporary') continue;
      const life = lives.get(root) ?? { temporary: root, first: at, last: at, apart: new Set() };
      life.last = at;
      lives.set(root, life);
      used.push({ life, written: access !== 'read' });
    }
    for (const a of used) {
      for (const b of used) if (a.life !== b.life && (a.written || b.written)) a.life.apart.add(b.life);
    }
  });
  return [...lives.values()];
}

/** The memory that launches cannot do without. */
import { kernelInfo, type Launch } from '../launch.js';
import { rootOf, type Storage } from '../storage.js';

/**
 * Bytes that a list of launches must move at least: what it reads before anything has written it, and what it writes and
 * nothing reads any more, each once. What lies between its launches does not count: a better plan would not need it.
 */
export function leastTraffic(launches: readonly Launch<Storage>[]): number {
  const read = new Set<Storage>();
  const written = new Set<Storage>();
  const left = new Set<Storage>();
  for (const { kernel, bindings } of launches) {
    const bound = kernelInfo(kernel).bindings.map(({ name, access }) => {
      return { root: rootOf(bindings[name]!).root, access };
    });
    for (const { root, access } of bound) {
      if (access === 'write') continue;
      if (written.has(root)) left.delete(root);
      else if (access === 'read') read.add(root);
    }
    for (const { root, access } of bound) {
      if (access === 'read') continue;
      written.add(root);
      left.add(root);
    }
  }
  return [...read, ...left].reduce((sum, { bytes }) => sum + bytes, 0);
}

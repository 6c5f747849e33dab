/** Several passes of races taken together. */
import type { Raced } from '../src/engine/tuning/tuner.js';

/** The least time of each plan in all passes, of every shape that was raced in any: a pass may have ended early. */
export function leastOf(passes: readonly (readonly Raced[])[]): Raced[] {
  const preferred = new Map<string, string>();
  const times = new Map<string, Map<string, number>>();
  for (const raced of passes.flat()) {
    const least = times.get(raced.key) ?? new Map<string, number>();
    for (const [name, time] of raced.milliseconds) least.set(name, Math.min(time, least.get(name) ?? time));
    times.set(raced.key, least);
    preferred.set(raced.key, raced.preferred);
  }
  return [...times].map(([key, least]) => {
    const sorted = [...least].sort(([, a], [, b]) => a - b);
    return { key, preferred: preferred.get(key)!, winner: sorted[0]![0], milliseconds: new Map(sorted) };
  });
}

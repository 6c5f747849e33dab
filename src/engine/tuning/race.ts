/** A race between ways to do the same, by whatever clock the entrants bring. */

export interface Entrant {
  readonly name: string;
  /** Milliseconds of one run. */
  readonly sample: () => Promise<number>;
}

export interface RaceOptions {
  readonly rounds: number;
  /** No further round begins after so long. One is always run. */
  readonly mostMilliseconds: number;
  /** In these first rounds nobody goes out. */
  readonly trials: number;
  /** After them, whoever needs so many times the best one's time is out. */
  readonly outAt: number;
  readonly signal?: AbortSignal | undefined;
}

/** @returns the least milliseconds of each entrant, by name, the quickest first. */
export async function race(
  entrants: readonly Entrant[],
  { rounds, mostMilliseconds, trials, outAt, signal }: RaceOptions,
): Promise<Map<string, number>> {
  const least = new Map<string, number>();
  let running = entrants;
  const until = performance.now() + mostMilliseconds;
  for (let round = 0; round < rounds && (round === 0 || performance.now() < until); round++) {
    // In turns: what disturbs the machine for a while then disturbs all.
    for (const { name, sample } of running) {
      if (signal?.aborted) break;
      least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, await sample()));
    }
    if (round + 1 < trials) continue;
    const best = Math.min(...least.values());
    running = running.filter(({ name }) => least.get(name)! <= outAt * best);
    if (running.length < 2) break;
  }
  return new Map([...least].sort(([, a], [, b]) => a - b));
}

/** The quickest, unless the preferred one is nearly as quick: what the clock does not tell apart should not change. */
export function winnerOf(least: ReadonlyMap<string, number>, preferred: string, margin: number): string {
  const [[quickest, best]] = [...least] as [[string, number]];
  const own = least.get(preferred);
  return own !== undefined && own <= (1 + margin) * best ? preferred : quickest;
}

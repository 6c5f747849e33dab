/** What an earlier evaluation found and its JSON kept: one that was stopped, perhaps on another day, whose codes are gone. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FwplusError } from '../src/errors.js';
import type { EditRow, Row } from './rows.js';

/** What has to be the same for rows to stand in one table. */
export interface Conditions {
  readonly adapter: string;
  readonly model: string;
  readonly images: number;
  readonly steps: number;
}

interface Found extends Readonly<Record<string, unknown>> {
  readonly rows: readonly Row[];
  readonly edits: readonly EditRow[];
}

/** What is in one table. */
interface Rows {
  readonly rows: readonly Row[];
  readonly edits: readonly EditRow[];
}

export type Pair = Pick<Row, 'method' | 'transform'>;

export class Earlier {
  readonly #found: Found;
  /** What it was made under and is not so here, in words. */
  readonly #difference: string | undefined;

  private constructor(found: Found, conditions: Conditions) {
    this.#found = found;
    const other = Object.entries(conditions).find(([name, wanted]) => found[name] !== wanted);
    this.#difference = other && `${other[0]} ${String(found[other[0]])}, not ${other[1]}`;
  }

  /**
   * Nothing where there is no file.
   * @param begun what will be made anew, from its codes.
   * @throws FwplusError where it is no evaluation, and where it has other rows, made under other conditions: they would be lost.
   */
  static async read(
    path: string,
    conditions: Conditions,
    begun: readonly Pair[],
  ): Promise<Earlier | undefined> {
    if (!existsSync(path)) return undefined;
    const earlier = new Earlier(parse(await readFile(path, 'utf8'), path), conditions);
    if (earlier.#difference !== undefined && except(earlier.#found.rows, begun).length > 0)
      throw unfit(path, earlier.#difference);
    return earlier;
  }

  /** The rows of a method under a transform, or undefined. */
  of(pair: Pair): { readonly row: Row; readonly edits: EditRow[] } | undefined {
    const row = this.#found.rows.find((each) => isOf(pair, each));
    return row && { row, edits: this.#found.edits.filter((each) => isOf(pair, each)) };
  }

  /** All that is of no such pair; nothing where it was made under other conditions. */
  besides(pairs: readonly Pair[]): Rows {
    if (this.#difference !== undefined) return { rows: [], edits: [] };
    return { rows: except(this.#found.rows, pairs), edits: except(this.#found.edits, pairs) };
  }
}

export function isOf({ method, transform }: Pair, other: Pair): boolean {
  return other.method === method && other.transform === transform;
}

function except<T extends Pair>(rows: readonly T[], pairs: readonly Pair[]): T[] {
  return rows.filter((row) => !pairs.some((pair) => isOf(pair, row)));
}

function parse(text: string, path: string): Found {
  try {
    const found = JSON.parse(text) as Partial<Found>;
    if (Array.isArray(found.rows) && Array.isArray(found.edits)) return found as Found;
  } catch {
    // Said below.
  }
  throw unfit(path, 'something that is no evaluation');
}

function unfit(path: string, found: string): FwplusError {
  return new FwplusError(`The evaluation cannot go on from ${path}: it holds ${found}.`, {
    hint: 'Choose another file (--json), or give --restart instead of --resume to write over it.',
  });
}

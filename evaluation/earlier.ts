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

export class Earlier {
  readonly #path: string;
  readonly #found: Found;

  private constructor(path: string, found: Found) {
    this.#path = path;
    this.#found = found;
  }

  /** Nothing where there is no file. @throws FwplusError where it is no evaluation. */
  static async read(path: string): Promise<Earlier> {
    const found = existsSync(path) ? parse(await readFile(path, 'utf8'), path) : { rows: [], edits: [] };
    return new Earlier(path, found);
  }

  /** The rows of a method under a transform, or undefined. @throws FwplusError where they were made under other conditions. */
  of(
    method: string,
    transform: string,
    conditions: Conditions,
  ): { readonly row: Row; readonly edits: EditRow[] } | undefined {
    const own = (each: Row | EditRow) => each.method === method && each.transform === transform;
    const row = this.#found.rows.find(own);
    if (!row) return undefined;
    for (const [name, wanted] of Object.entries(conditions)) {
      const found = this.#found[name];
      if (found !== wanted) throw unfit(this.#path, `${name} ${String(found)}, not ${wanted}`);
    }
    return { row, edits: this.#found.edits.filter(own) };
  }
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
    hint: 'Choose another file (--json), or leave --resume out to write over it.',
  });
}

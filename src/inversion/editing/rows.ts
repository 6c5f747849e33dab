/** Ranges of rows of a w+ code, and where they lie in the detail code of a space. */
import { FwplusError } from '../../errors.js';
import type { Method } from '../method.js';
import type { Model } from '../model.js';

/** Rows of a full w+ code, from 0, both ends included. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** `4-9` or `4`. @throws FwplusError where it is neither. */
export function parseRows(text: string): RowRange {
  const found = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text.trim());
  const [from, to] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (found && from <= to) return { from, to };
  throw new FwplusError(`'${text}' is no range of rows.`, {
    hint: 'Give one row, as in 7, or a range, as in 4-9.',
  });
}

/** M: the first row that the detail code of a method holds. 0 in W+. */
export function firstRowOf({ generator }: Model, method: Method): number {
  return method.space === 'w+' ? 0 : generator.firstRow(method.baseSize);
}

/**
 * The rows that somebody asks for by number.
 * @throws FwplusError where the generator has no such rows, and where f holds them.
 */
export function requireRows(rows: RowRange, model: Model, method: Method): RowRange {
  requireExisting(rows, model);
  const last = model.generator.rows - 1;
  const first = firstRowOf(model, method);
  if (rows.from < first) {
    throw new FwplusError(
      `Rows ${spell(rows)} cannot be edited in F/W+: the base code f stands for the rows below ${first}.`,
      {
        hint: `Choose among rows ${first}-${last}, or invert into W+ (--space w+).`,
      },
    );
  }
  return rows;
}

/** @throws FwplusError where the generator has no such rows. */
export function requireExisting(rows: RowRange, { generator }: Model, what = ''): void {
  const last = generator.rows - 1;
  if (0 <= rows.from && rows.from <= rows.to && rows.to <= last) return;
  throw new FwplusError(
    `${what}There are no rows ${spell(rows)}: the code of this generator has rows 0-${last}.`,
    { hint: 'Choose among those.' },
  );
}

/**
 * Of the rows that something acts on by itself, those that a method's detail code holds.
 * @throws FwplusError where it holds none of them.
 */
export function availableRows(rows: RowRange, model: Model, method: Method, what: string): RowRange {
  const first = firstRowOf(model, method);
  if (rows.from >= model.generator.rows) requireExisting(rows, model, `${what} cannot act. `);
  const cut = { from: Math.max(first, rows.from), to: Math.min(model.generator.rows - 1, rows.to) };
  if (cut.from <= cut.to) return cut;
  throw new FwplusError(`${what} acts on rows ${spell(rows)} alone, which the base code f stands for.`, {
    hint: 'Invert into W+, or into F/W+ with a smaller base code, to edit them.',
  });
}

export function spell({ from, to }: RowRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

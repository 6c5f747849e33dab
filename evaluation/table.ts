/** The tables for the terminal. */

import { columns } from '../src/cli/columns.js';
import { titleOf } from '../src/cli/results.js';
import { type EditRow, mean, type Row } from './rows.js';

const UPRIGHT = 'upright';

/**
 * Methods by transforms, with the mean over the transforms and what is lost against upright: PSNR, then perceptual distance. A method
 * that lacks a transform has no mean: it would be over others than those beside it.
 * @param order of all transforms.
 */
export function reconstructionTable(rows: readonly Row[], order: readonly string[]): string {
  const part = (title: string, value: (row: Row) => number, digits: number) => {
    const transforms = transformsOf(rows, order);
    const lines = unique(rows.map(({ method }) => method)).map((method) => {
      const own = rows.filter((row) => row.method === method);
      const at = (transform: string) => own.find((row) => row.transform === transform);
      const others = transforms.filter((transform) => transform !== UPRIGHT);
      const moved = others.flatMap((transform) => at(transform) ?? []).map(value);
      const average = moved.length > 0 && moved.length === others.length ? mean(moved) : undefined;
      const upright = at(UPRIGHT);
      const difference = upright && average !== undefined ? value(upright) - average : undefined;
      return [
        titleOf(method),
        ...transforms.map((transform) => show(at(transform) && value(at(transform)!), digits)),
        show(average, digits),
        show(difference, digits),
      ];
    });
    return columns([[title, ...transforms, 'mean moved', 'lost'], ...lines]);
  };
  return `${part('PSNR (dB)', ({ psnr }) => psnr, 2)}\n\n${part('perceptual', ({ perceptual }) => perceptual, 3)}`;
}

/**
 * For each method and transform, averaged over directions: how far the attribute moved, and the drift as a share of that;
 * last the least that it moved under a transform, as a share of upright.
 */
export function editTable(rows: readonly EditRow[], order: readonly string[]): string {
  const transforms = transformsOf(rows, order);
  const lines = unique(rows.map(({ method }) => method)).map((method) => {
    const found = transforms.map((transform) => {
      const own = rows.filter((row) => row.method === method && row.transform === transform);
      return own.length > 0 ? averaged(own) : undefined;
    });
    const upright = found[transforms.indexOf(UPRIGHT)]?.moved;
    const others = found.flatMap((each, at) => (each && transforms[at] !== UPRIGHT ? [each.moved] : []));
    const least = upright === undefined || others.length === 0 ? undefined : Math.min(...others) / upright;
    return [
      titleOf(method),
      ...found.map((each) =>
        each ? `${each.moved.toFixed(2)} (${(each.drift / each.moved).toFixed(2)})` : '–',
      ),
      show(least, 2),
    ];
  });
  return columns([['moved (drift/moved)', ...transforms, 'least/upright'], ...lines]);
}

export function averaged(rows: readonly EditRow[]): { moved: number; drift: number } {
  return { moved: mean(rows.map(({ moved }) => moved)), drift: mean(rows.map(({ drift }) => drift)) };
}

function transformsOf(rows: readonly (Row | EditRow)[], order: readonly string[]): string[] {
  return order.filter((transform) => rows.some((row) => row.transform === transform));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function show(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

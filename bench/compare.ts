/** Two runs side by side. */
import type { Results, Row } from '../src/cli/bench-results.js';
import { digits } from '../src/cli/bench-table.js';
import { columns } from '../src/cli/columns.js';

interface Pair {
  readonly a: Row;
  readonly b: Row;
}

/** What both runs measured, by how much B is faster than A; then what only one did. */
export function compareRuns(a: Results, b: Results): string {
  const key = ({ engine, kernel, pass, shape }: Row) => [engine, kernel, pass, shape].join(' ');
  const inB = new Map(b.rows.map((row) => [key(row), row]));
  const inA = new Set(a.rows.map(key));
  const pairs = a.rows.flatMap((row): Pair[] => {
    const other = inB.get(key(row));
    return other && row.ms > 0 && other.ms > 0 ? [{ a: row, b: other }] : []; // not what older versions wrote of an interrupted step
  });
  const onlyA = a.rows.length - pairs.length;
  const onlyB = b.rows.filter((row) => !inA.has(key(row))).length;
  const table = columns(
    [
      ['engine', 'kernel', 'pass', 'shape', 'A ms', 'B ms', 'A/B'],
      ...pairs.map(({ a: one, b: two }) => [
        one.engine,
        one.kernel,
        one.pass,
        one.shape,
        digits(one.ms),
        digits(two.ms),
        `${(one.ms / two.ms).toFixed(2)}×`,
      ]),
    ],
    4,
  );
  const ceiling = (name: keyof Results['ceilings']) => (b.ceilings[name] / a.ceilings[name]).toFixed(2);
  return [
    `A  ${a.adapter}, ${a.date}`,
    `B  ${b.adapter}, ${b.date}`,
    `Ceilings of B over A: multiply-adds ${ceiling('fma_gflops')}×, copy ${ceiling('copy_gbs')}×. Where they differ, the machine did.`,
    ...differences(a.versions, b.versions),
    '',
    table,
    '',
    pairs.length > 0
      ? `A/B above 1: B is faster. Geometric mean of ${pairs.length}: ${geometricMean(pairs).toFixed(3)}×.`
      : 'They have no row in common.',
    ...(onlyA + onlyB > 0 ? [`In A alone: ${onlyA} rows; in B alone: ${onlyB}.`] : []),
  ].join('\n');
}

/** Versions, clocks and other conditions in which the two differ. */
function differences(a: Results['versions'], b: Results['versions']): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
  if (names.length === 0) return [];
  return [
    `They differ in ${names.map((name) => `${name} (${a[name] ?? 'none'}, ${b[name] ?? 'none'})`).join(', ')}.`,
  ];
}

export function geometricMean(
  pairs: readonly { readonly a: { ms: number }; readonly b: { ms: number } }[],
): number {
  const logs = pairs.map(({ a, b }) => Math.log(a.ms / b.ms));
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / pairs.length);
}

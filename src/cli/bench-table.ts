/** Results as text for a terminal. */
import {
  EFFECTIVE_NOTE,
  type Engine,
  isEffective,
  machineOf,
  type Results,
  type Row,
} from './bench-results.js';
import { columns } from './columns.js';

const NAMES: Readonly<Record<Engine, string>> = {
  fwplus: 'fwplus',
  tfjs: 'TF.js',
  'jax-js': 'jax-js',
  'ort-web': 'ORT Web',
};

/** Rows of one case together: ours, and those of others. */
interface Line {
  readonly own: Row | undefined;
  readonly others: readonly Row[];
}

/** Kernels as a table; with other engines, their rates and ours over the best of theirs. */
export function kernelTable({ rows }: Pick<Results, 'rows'>): string {
  const lines = linesOf(rows.filter((row) => row.pass !== 'invert' && row.pass !== 'edit'));
  if (lines.length === 0) return '';
  const peers = (Object.keys(NAMES) as Engine[]).filter(
    (engine) => engine !== 'fwplus' && rows.some((row) => row.engine === engine),
  );
  const head = ['kernel', 'pass', 'shape', 'ms', 'GFLOP/s', 'GB/s', '% of ceiling'];
  const peerHead = peers.length > 0 ? [...peers.map((peer) => NAMES[peer]), 'over best'] : [];
  const body = lines.map(({ own, others }) => {
    const any = (own ?? others[0])!;
    const rateOf = (engine: Engine) => others.find((row) => row.engine === engine)?.gflops;
    const ratio = ratioToBest(own, others);
    return [
      any.kernel,
      any.pass,
      any.shape,
      digits(own?.ms),
      digits(own?.gflops),
      digits(own?.gbs),
      own ? `${own.percent?.toFixed(0) ?? ''}${isEffective(own) ? '*' : ' '}` : '',
      ...(peers.length > 0
        ? [...peers.map((peer) => digits(rateOf(peer))), ratio === undefined ? '' : `${ratio.toFixed(1)}×`]
        : []),
    ];
  });
  const note = lines.some(({ own }) => own && isEffective(own)) ? `\n* ${EFFECTIVE_NOTE}` : '';
  return `${columns([[...head, ...peerHead], ...body], 3)}${note}`;
}

/** Our rate over the best one of others; undefined where either is missing. */
export function ratioToBest(own: Row | undefined, others: readonly Row[]): number | undefined {
  const least = Math.min(...others.map(({ ms }) => ms));
  return own && Number.isFinite(least) ? least / own.ms : undefined;
}

export function linesOf(rows: readonly Row[]): Line[] {
  const byCase = new Map<string, Row[]>();
  for (const row of rows) {
    const key = [row.kernel, row.pass, row.shape].join(' ');
    byCase.set(key, [...(byCase.get(key) ?? []), row]);
  }
  return [...byCase.values()].map((group) => ({
    own: group.find(({ engine }) => engine === 'fwplus'),
    others: group.filter(({ engine }) => engine !== 'fwplus'),
  }));
}

/** Three digits, and no more noise. */
export function digits(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** The first lines of a run: what was measured, on what, against what. */
export function headline({ versions, ceilings, ...machine }: Omit<Results, 'rows'>): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Adapter   ${machineOf(machine)}`,
    `Versions  ${named.join(', ')}`,
    `Ceilings  ${digits(ceilings.fma_gflops)} GFLOP/s of multiply-adds, ${digits(ceilings.copy_gbs)} GB/s copied (read and written)`,
  ].join('\n');
}

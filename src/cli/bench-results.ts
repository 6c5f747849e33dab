/** What a benchmark writes down. */

import type { KernelCase } from '../autograd/measure/kernel-case.js';
import type { AdapterFacts } from '../engine/adapter.js';
import type { Ceilings } from '../engine/measure/ceilings.js';

export type Engine = 'fwplus' | 'tfjs' | 'jax-js' | 'ort-web';

export interface Row {
  readonly engine: Engine;
  readonly kernel: string;
  readonly pass: string;
  readonly shape: string;
  readonly ms: number;
  /** Effective: the direct computation's operations over the time. null where only memory counts. */
  readonly gflops: number | null;
  /** What has to be moved at least, over the time. */
  readonly gbs: number | null;
  /** Of the ceiling of multiply-adds where there are gflops, else of the copy's. */
  readonly percent: number | null;
  /** Of how many samples `ms` is the least. */
  readonly samples: number;
}

export interface Results {
  readonly adapter: string;
  readonly driver: string;
  readonly versions: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly date: string;
  readonly ceilings: Ceilings;
  readonly rows: readonly Row[];
}

export type Machine = Pick<Results, 'adapter' | 'driver'>;

/** The adapter, and its driver where that says more; names of software adapters end in hyphens. */
export function machineOf({ adapter, driver }: Machine): string {
  const name = adapter.replace(/-+$/, '');
  return driver && driver !== adapter ? `${name}, ${driver}` : name;
}

export function resultsOf(
  { name, description, matrix }: AdapterFacts,
  versions: Results['versions'],
  ceilings: Ceilings,
  rows: readonly Row[],
): Results {
  return {
    adapter: matrix ? `${name}, fp16 operands on matrix units` : name,
    driver: description,
    versions,
    date: new Date().toISOString(),
    ceilings,
    rows,
  };
}

export interface Measured {
  readonly milliseconds: number;
  readonly samples: number;
}

export function rowOf(
  engine: Engine,
  { kernel, pass, shape, flops, bytes }: KernelCase,
  { milliseconds, samples }: Measured,
  ceilings: Ceilings,
): Row {
  const gflops = flops > 0 ? flops / milliseconds / 1e6 : null;
  const gbs = bytes / milliseconds / 1e6;
  const share = gflops === null ? gbs / ceilings.copy_gbs : gflops / ceilings.fma_gflops;
  return {
    engine,
    kernel,
    pass,
    shape,
    ms: rounded(milliseconds),
    gflops: gflops === null ? null : rounded(gflops),
    gbs: rounded(gbs),
    percent: rounded(100 * share),
    samples,
  };
}

/** Five digits: more is noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** Above 100 % of the multiply-adds that the adapter can do: by doing fewer of them (Winograd), or with other units. */
export function isEffective({ gflops, percent }: Row): boolean {
  return gflops !== null && percent !== null && percent > 100;
}

/** Below a table that has such rows. */
export const EFFECTIVE_NOTE =
  'effective: Winograd does fewer multiply-adds than it is counted for, and matrix units have a ceiling of their own';

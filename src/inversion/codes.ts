/** Codes and everything an interrupted inversion needs to go on, as values. One sample each. */
import type { ChoiceTable } from '../engine/tuning/choices.js';
import type { Method } from './method.js';
import type { Term } from './objective.js';

export interface Codes {
  /** f [s, s, C] in F/W+; undefined in W+. */
  readonly base: Float32Array | undefined;
  /** [rows, D]: the rows from M on in F/W+, all rows in W+. */
  readonly detail: Float32Array;
}

/** Adam's two moments of one code. */
export interface MomentValues {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** One recorded step: the terms before the update of that step. */
export type StepRecord = Readonly<Record<Term, number>>;

/** What computed: two records that are equal give the same bytes, by one version of fwplus. */
export interface Computation {
  /** The adapter and its driver, in its own words. */
  readonly adapter: string;
  /** Lanes of a subgroup, 0 where subgroups are not used. */
  readonly subgroupSize: number;
  /** Whether operands of convolutions may have been in half precision, on matrix units. */
  readonly matrixUnits: boolean;
  /** The kernels with their parameters, each once, for people. */
  readonly kernels: readonly string[];
  /** SHA-256 of every dispatch of the start and of a step, in order: kernel, parameters, workgroups. */
  readonly plans: string;
  /** The plan of every shape of a convolution, for going on with the same ones; undefined in files that do not say. */
  readonly choices?: ChoiceTable;
}

export interface InversionState {
  readonly modelId: string;
  readonly method: Method;
  /** SHA-256 of the target's bytes, so that a resumed run is of the same picture. */
  readonly targetHash: string;
  /** Steps made. */
  readonly step: number;
  readonly codes: Codes;
  /** Where f started, and the target of the base term: E(I), or the base code of the starting w+. F/W+ only. */
  readonly baseTarget: Float32Array | undefined;
  readonly moments: { readonly base: MomentValues | undefined; readonly detail: MomentValues };
  /** What made the last steps; undefined in files that do not say. */
  readonly computation: Computation | undefined;
  /** One entry a step made. */
  readonly history: readonly StepRecord[];
}

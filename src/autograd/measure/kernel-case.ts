/** Something to measure: launches, with what they compute and move at least. */
import type { AdapterFacts } from '../../engine/adapter.js';
import type { Launch } from '../../engine/launch.js';
import type { Storage } from '../../engine/storage.js';
import { mostFlops, type Throughput } from '../../engine/submits.js';
import type { PlanChoices } from '../../engine/tuning/choices.js';
import type { Operation } from '../graph.js';
import { Lowering } from '../lowering.js';

export type Pass = 'forward' | 'data-gradient';

export interface KernelCase {
  /** As tables and files call it: `conv3x3`. */
  readonly kernel: string;
  readonly pass: Pass;
  /** `512x512@32`: channels in and out, side of the input. `64@128` where channels stay as they are. */
  readonly shape: string;
  /** Of the direct computation, whatever the plan does: a multiply-add counts as two. 0 where only memory counts. */
  readonly flops: number;
  /** What must be read and written at least, each once. */
  readonly bytes: number;
  readonly launches: (on: PlanningFor) => Launch<Storage>[];
}

/** What plans are chosen by, and long launches cut; a Device has it. */
export interface PlanningFor {
  readonly facts: AdapterFacts;
  readonly throughput: Throughput;
  readonly tuning: { readonly choices: PlanChoices };
}

export function lowered(
  operations: readonly Operation[],
  { facts, throughput, tuning }: PlanningFor,
): Launch<Storage>[] {
  const emit = new Lowering(facts, { choices: tuning.choices, mostFlops: mostFlops(throughput) });
  for (const operation of operations) operation.lower(emit);
  return emit.launches;
}

/** Measures the chosen kernels, ours and others'. Runs in Node and in pages. */
import type { KernelCase } from '../src/autograd/measure/kernel-case.js';
import type { Row } from '../src/cli/bench-results.js';
import { isCompared } from './cases/choose.js';
import { type Contestant, measureCase, type RoundOptions } from './rounds.js';

/** Others take part where a case is one of the compared ones, or where the choice names few enough. */
const FEW = 12;

export async function runKernels(
  cases: readonly KernelCase[],
  own: Contestant,
  others: readonly Contestant[],
  options: RoundOptions & { readonly onRows: (rows: readonly Row[], done: number) => void },
): Promise<void> {
  for (const [at, each] of cases.entries()) {
    if (options.signal.aborted) return;
    const isShared = 'convolution' in each && (isCompared(each) || cases.length <= FEW);
    options.onRows(await measureCase(each, [own, ...(isShared ? others : [])], options), at + 1);
  }
}

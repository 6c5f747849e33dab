/** Whole steps as text. */

import { digits } from '../src/cli/bench-table.js';
import { columns } from '../src/cli/columns.js';
import type { StepRow } from './step-rows.js';

const MOST_KERNELS = 8;

export function stepTable(rows: readonly StepRow[]): string {
  if (rows.length === 0) return '';
  return columns(
    [
      ['whole', 'side', 'ms', 'a second', 'GFLOP/s', '% of ceiling', 'outside kernels', 'GPU MiB'],
      ...rows.map(({ pass, shape, ms, perSecond, gflops, percent, outsideKernels, gpuBytes }) => [
        pass === 'invert' ? 'step of inversion' : 'edited picture',
        shape,
        digits(ms),
        digits(perSecond),
        digits(gflops),
        percent === null ? '' : percent.toFixed(0),
        outsideKernels === null ? '' : `${(100 * outsideKernels).toFixed(1)} %`,
        (gpuBytes / 2 ** 20).toFixed(0),
      ]),
    ],
    1,
  );
}

/** The kernels that take most of a step, and what the others take together. */
export function stepKernels({ kernels, shape }: StepRow): string {
  const sum = kernels.reduce((total, { ms }) => total + ms, 0);
  const rest = kernels.slice(MOST_KERNELS);
  const shown = [
    ...kernels.slice(0, MOST_KERNELS),
    ...(rest.length > 0
      ? [
          {
            kernel: `${rest.length} others`,
            calls: rest.reduce((total, { calls }) => total + calls, 0),
            ms: rest.reduce((total, { ms }) => total + ms, 0),
          },
        ]
      : []),
  ];
  return columns([
    [`a step at ${shape}`, 'calls', 'ms', '%'],
    ...shown.map(({ kernel, calls, ms }) => [
      kernel,
      String(calls),
      digits(ms),
      ((100 * ms) / sum).toFixed(0),
    ]),
  ]);
}

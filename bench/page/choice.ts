/** What the page is to measure: what stands in its address, and in its form. */
import type { DeviceOptions } from '../../src/engine/device.js';
import type { Choice } from '../cases/choose.js';

export interface PageChoice extends Choice, Required<Pick<DeviceOptions, 'subgroups' | 'matrixUnits'>> {
  readonly steps: readonly number[];
  readonly repeats: number;
}

export const EXTENTS = { compared: 'compared', all: 'all', none: 'none' } as const;
export const STEPS = ['none', '128', '256', '512', '1024'] as const;

/** As the query of the page's address. */
export function queryOf(choice: PageChoice & { readonly skipKernels: boolean }): string {
  const { kernels, shapes, quick, skipKernels, steps, repeats, subgroups, matrixUnits } = choice;
  return new URLSearchParams({
    kernels: kernels.join(),
    shapes: shapes.join(),
    extent: skipKernels ? 'none' : quick ? 'compared' : 'all',
    steps: steps.join() || 'none',
    repeats: String(repeats),
    ...(subgroups ? {} : { 'no-subgroups': '' }),
    ...(matrixUnits ? { 'matrix-units': '' } : {}),
  }).toString();
}

export function choiceOf(query: URLSearchParams): PageChoice & { readonly kernelsToo: boolean } {
  const list = (name: string) =>
    (query.get(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return {
    kernels: list('kernels'),
    shapes: list('shapes'),
    quick: query.get('extent') !== 'all',
    kernelsToo: query.get('extent') !== 'none',
    steps: list('steps')
      .map(Number)
      .filter((side) => side > 0),
    repeats: Number(query.get('repeats')) || 10,
    subgroups: !query.has('no-subgroups'),
    matrixUnits: query.has('matrix-units'),
  };
}

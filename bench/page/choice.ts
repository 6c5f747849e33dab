/** What the page is to measure: what stands in its address, and in its form. */
import type { Choice } from '../cases/choose.js';

export interface PageChoice extends Choice {
  readonly steps: readonly number[];
  readonly repeats: number;
}

export const EXTENTS = { compared: 'compared', all: 'all', none: 'none' } as const;
export const STEPS = ['none', '128', '256', '512', '1024'] as const;

/** As the query of the page's address; `run` begins at once. */
export function queryOf({ kernels, shapes, quick, steps, repeats }: PageChoice): string {
  return new URLSearchParams({
    run: '',
    kernels: kernels.join(),
    shapes: shapes.join(),
    extent: quick ? 'compared' : 'all',
    steps: steps.join() || 'none',
    repeats: String(repeats),
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
  };
}

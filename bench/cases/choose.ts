/** Which cases a run measures. */
import { type ConvolutionCase, convolutionCase } from '../../src/autograd/measure/convolution-case.js';
import type { KernelCase, Pass } from '../../src/autograd/measure/kernel-case.js';
import { COMPARED, type Layer, NETWORKS } from './convolutions.js';
import { operationCases } from './operations.js';

const PASSES: readonly Pass[] = ['forward', 'data-gradient'];

export interface Choice {
  /** Parts of kernels' names and of shapes; all where empty. */
  readonly kernels: readonly string[];
  readonly shapes: readonly string[];
  /** The compared convolutions alone. */
  readonly quick: boolean;
}

/** Each kernel and shape once, in the order of the networks, forward and back. */
export function chooseCases({ kernels, shapes, quick }: Choice): KernelCase[] {
  const holds = (text: string, parts: readonly string[]) =>
    parts.length === 0 || parts.some((part) => text.includes(part));
  const layers = quick ? COMPARED : [...COMPARED, ...Object.values(NETWORKS).flat()];
  const all = [...convolutions(layers), ...(quick ? [] : operationCases())];
  return all.filter(({ kernel, shape }) => holds(kernel, kernels) && holds(shape, shapes));
}

/** Convolutions that other engines are measured on, too. */
export function isCompared({ kernel, shape }: KernelCase): boolean {
  return COMPARED.some(([name, size]) => name === kernel && size === shape);
}

function convolutions(layers: readonly Layer[]): ConvolutionCase[] {
  const once = new Map(layers.map((layer) => [layer.join(), layer]));
  return [...once.values()].flatMap(([kernel, shape]) =>
    PASSES.map((pass) => convolutionCase(kernel, shape, pass)),
  );
}

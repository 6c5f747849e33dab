/** Adam as an effect of the graph; see shaders/adam.wgsl. */
import { linearGrid } from '../engine/launch.js';
import type { Tensor } from './tensor.js';

export interface AdamOptions {
  /** The learning rate of step t (0-based), for t < steps. */
  readonly learningRate: (step: number) => number;
  /** How many steps the table holds; past its end the last entry is used. */
  readonly steps: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** The moments of one parameter: variables, so that they can be saved and restored. */
export interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

/** One update of `parameter` (a variable) with `gradient` whenever the graph runs. */
export function adam(parameter: Tensor, gradient: Tensor, counter: Tensor, options: AdamOptions): Moments {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, steps } = options;
  const { graph } = parameter;
  const first = graph.variable(`${parameter.name} first moment`, parameter.shape);
  const second = graph.variable(`${parameter.name} second moment`, parameter.shape);
  const schedule = graph.constant(
    'schedule',
    [steps, 2],
    scheduleTable(options.learningRate, steps, beta1, beta2),
  );
  graph.effect(`adam ${parameter.name}`, [gradient], (emit) =>
    emit.launch({
      kernel: 'adam',
      bindings: { parameter, gradient, m: first, v: second, schedule, counter },
      params: { count: parameter.size, steps, beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2, epsilon },
      workgroups: linearGrid(parameter.size),
    }),
  );
  return { first, second };
}

function scheduleTable(
  rate: (step: number) => number,
  steps: number,
  beta1: number,
  beta2: number,
): Float32Array {
  const table = new Float32Array(2 * steps);
  for (let t = 0; t < steps; t++) {
    table[2 * t] = rate(t) / (1 - beta1 ** (t + 1));
    table[2 * t + 1] = 1 / Math.sqrt(1 - beta2 ** (t + 1));
  }
  return table;
}

/** Adam as an effect of the graph; see shaders/adam.wgsl. */
import { linearGrid } from '../engine/launch.js';
import type { Tensor } from './tensor.js';

export interface AdamOptions {
  /** One for all steps, or one for each step t (0-based) of a schedule. */
  readonly learningRate: number | ((step: number) => number);
  /** How many steps the schedule holds; past its end the last one's table entry is used. Needed for a schedule only. */
  readonly steps?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** By which `gradient` is too large, as `gradients` made it; 1 unless told. */
  readonly lossScale?: number;
}

/** The moments of one parameter: variables, so that they can be saved and restored. */
export interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

/** One update of `parameter` (a variable) with `gradient` whenever the graph runs. */
export function adam(parameter: Tensor, gradient: Tensor, counter: Tensor, options: AdamOptions): Moments {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, lossScale = 1 } = options;
  const { graph } = parameter;
  const first = graph.variable(`${parameter.name} first moment`, parameter.shape);
  const second = graph.variable(`${parameter.name} second moment`, parameter.shape);
  const table = scheduleTable(options, beta1, beta2);
  const steps = table.length / 2;
  const schedule = graph.constant('schedule', [steps, 2], table);
  graph.effect(`adam ${parameter.name}`, [gradient], (emit) =>
    emit.launch({
      kernel: 'adam',
      bindings: { parameter, gradient, m: first, v: second, schedule, counter },
      params: {
        count: parameter.size,
        steps,
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        epsilon,
        unscale: 1 / lossScale,
      },
      workgroups: linearGrid(parameter.size),
    }),
  );
  return { first, second };
}

function scheduleTable({ learningRate, steps }: AdamOptions, beta1: number, beta2: number): Float32Array {
  const rate = typeof learningRate === 'number' ? () => learningRate : learningRate;
  const length = typeof learningRate === 'number' ? correctedSteps(beta1, beta2) : steps;
  if (!length) throw new Error('adam: a schedule of learning rates needs its number of steps');
  const table = new Float32Array(2 * length);
  for (let t = 0; t < length; t++) {
    table[2 * t] = rate(t) / (1 - beta1 ** (t + 1));
    table[2 * t + 1] = 1 / Math.sqrt(1 - beta2 ** (t + 1));
  }
  return table;
}

/** Steps after which both bias corrections are 1 to float32, so that the last entry serves for all that follow: 17,321 by default. */
function correctedSteps(beta1: number, beta2: number): number {
  const slower = Math.max(beta1, beta2);
  return slower > 0 ? Math.ceil(-25 * (Math.LN2 / Math.log(slower))) : 1;
}

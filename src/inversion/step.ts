/** One step of an inversion as a graph: the loss, its gradients, Adam over the codes, and the record of the terms. */
import { adam, type Moments } from '../autograd/adam.js';
import { gradients } from '../autograd/gradients.js';
import { Graph } from '../autograd/graph.js';
import { assign } from '../autograd/ops/copy.js';
import { advance, record, stepCounter } from '../autograd/ops/history.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Method } from './method.js';
import { type Model, requirePNorm } from './model.js';
import {
  type CodeTensors,
  codeTensors,
  objective,
  type TargetTensors,
  TERMS,
  targetTensors,
} from './objective.js';
import { clipToPNorm } from './pnorm.js';

export interface Step {
  readonly graph: Graph;
  readonly codes: CodeTensors;
  readonly target: TargetTensors;
  readonly moments: { readonly base: Moments | undefined; readonly detail: Moments };
  readonly counter: Tensor;
  /** [capacity, terms · N]; see `record`. */
  readonly ring: Tensor;
  /** Everything that the host reads or writes. */
  readonly variables: readonly Tensor[];
}

export interface StepOptions {
  /** Pictures that one step works on at once. */
  readonly batch: number;
  /** Steps whose terms the ring keeps. */
  readonly capacity: number;
  /** Makes what lies inside of a block of the generator a second time for the gradients, instead of keeping it. */
  readonly lowMemory: boolean;
  /** Of the gradients on their way; see `gradients`. */
  readonly lossScale?: number;
}

export function traceStep(
  model: Model,
  method: Method,
  { batch, capacity, lowMemory, lossScale = 1 }: StepOptions,
): Step {
  const graph = new Graph({ recomputes: lowMemory });
  const codes = codeTensors(graph, model, method, batch);
  const target = targetTensors(graph, model, method, batch);
  const { terms } = objective(model, method, codes, target);
  const counter = stepCounter(graph);
  const optimised = [...(codes.base ? [codes.base] : []), codes.detail];
  const slopes = gradients(terms.total, optimised, lossScale);
  const { learningRate } = method;
  const moments = optimised.map((variable, at) =>
    adam(variable, slopes[at]!, counter, { learningRate, lossScale }),
  );
  if (method.pnorm === 'clip') {
    const statistics = requirePNorm(model, 'P-norm+ clipping');
    assign(codes.detail, clipToPNorm(codes.detail, statistics, method.clipLimit));
  }
  const ring = record(
    TERMS.map((term) => terms[term]),
    counter,
    capacity,
  );
  advance(counter);
  const inputs = [target.picture, ...target.features, ...(target.base ? [target.base] : [])];
  return {
    graph,
    codes,
    target,
    moments: { base: codes.base ? moments[0] : undefined, detail: moments.at(-1)! },
    counter,
    ring,
    variables: [...optimised, counter, ring, ...inputs],
  };
}

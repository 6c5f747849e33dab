/**
 * Gradient checkpointing (Chen et al. 2016): of a segment of the graph only what goes in and what comes out is kept for the backward
 * pass, and the rest is made again there. In exchange for one more forward pass its tensors live twice, but briefly.
 */
import { backpropagate } from './gradients.js';
import type { Graph, Operation } from './graph.js';
import type { Tensor } from './tensor.js';

/**
 * What `body` adds to the graph and returns. Where the graph has `recomputes`, gradients call it a second time for operations of
 * their own, so it has to trace the same operations every time. Values are the same to the bit either way, and so are gradients unless
 * an input is used several times inside and elsewhere, too: their sum then has another order.
 */
export function checkpoint(graph: Graph, body: () => readonly Tensor[]): readonly Tensor[] {
  if (!graph.recomputes) return body();
  const [stood, outputs] = traced(graph, body);
  const inputs = inputsOf(stood);
  graph.operations.push({
    name: 'checkpoint',
    inputs,
    outputs,
    lower: () => {},
    effect: false,
    standsFor: stood,
    backward: (incoming, wanted) => {
      const [operations, again] = traced(graph, () => graph.scoped('again', body));
      const seeds = new Map<Tensor, Tensor>();
      again.forEach((output, at) => {
        const gradient = incoming[at];
        if (gradient) seeds.set(output, gradient);
      });
      const found = backpropagate(
        operations,
        seeds,
        inputs.filter((_, at) => wanted[at]),
      );
      return inputs.map((input) => found.get(input));
    },
  });
  return outputs;
}

function traced(graph: Graph, body: () => readonly Tensor[]): [readonly Operation[], readonly Tensor[]] {
  const first = graph.operations.length;
  const outputs = body();
  return [graph.operations.slice(first), outputs];
}

/** What the operations read and do not make. */
function inputsOf(operations: readonly Operation[]): Tensor[] {
  const made = new Set(operations.flatMap(({ outputs }) => outputs));
  const read = new Set(operations.flatMap(({ inputs }) => inputs));
  return [...read].filter((input) => !made.has(input));
}

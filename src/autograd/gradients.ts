/** Reverse mode: extends a graph by the operations that make the gradients of a loss. */
import type { Operation } from './graph.js';
import { add } from './ops/elementwise.js';
import { assertShape, type Tensor } from './tensor.js';

/**
 * Gradients of the sum of `loss` ([N], one value a sample) with respect to `variables`, in their order.
 * `lossScale` times as large, where operands in half precision would lose what is small (Micikevicius et al. 2018, section 3.2); a power of two
 * changes no digit of anything else. Only operations that lie between the variables and the loss are differentiated, so frozen weights cost nothing.
 * Throws where the loss does not depend on a variable or an operation on the way has no gradient.
 */
export function gradients(loss: Tensor, variables: readonly Tensor[], lossScale = 1): Tensor[] {
  assertShape('gradients', loss, [null]);
  const { graph } = loss;
  const seeds = new Map([[loss, graph.filled(loss.shape, lossScale)]]);
  const gradientOf = backpropagate([...graph.operations], seeds, variables);
  return variables.map((variable) => {
    const gradient = gradientOf.get(variable);
    if (!gradient) throw new Error(`the loss does not depend on '${variable.name}'`);
    return gradient;
  });
}

/**
 * From gradients of some tensors, `seeds`, through operations in traced order to those of `variables` and of all that lies
 * between them.
 */
export function backpropagate(
  operations: readonly Operation[],
  seeds: ReadonlyMap<Tensor, Tensor>,
  variables: readonly Tensor[],
): ReadonlyMap<Tensor, Tensor> {
  const reached = forwardReach(operations, variables);
  const gradientOf = new Map(seeds);
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    const sofar = gradientOf.get(tensor);
    gradientOf.set(tensor, sofar ? add(sofar, gradient) : gradient);
  };
  const replaced = new Set(operations.flatMap(({ standsFor }) => standsFor ?? []));
  for (const operation of [...operations].reverse()) {
    if (replaced.has(operation)) continue;
    const incoming = operation.outputs.map((output) => gradientOf.get(output));
    const wanted = operation.inputs.map((input) => reached.has(input));
    if (!incoming.some(Boolean) || !wanted.some(Boolean)) continue;
    if (!operation.backward) throw new Error(`operation '${operation.name}' has no gradient`);
    const { backward, standsFor } = operation;
    const { graph } = operation.outputs[0]!;
    if (operation.accumulates) refuseTwice(operation);
    const sofar = operation.inputs.map((input) => gradientOf.get(input));
    const outgoing = standsFor // whose operations have names of their own
      ? backward(incoming, wanted, sofar)
      : graph.scoped(`∂${operation.name}`, () => backward(incoming, wanted, sofar));
    operation.inputs.forEach((input, at) => {
      const gradient = outgoing[at];
      if (!wanted[at] || !gradient) return;
      if (operation.accumulates?.includes(at)) gradientOf.set(input, gradient);
      else accumulate(input, gradient);
    });
  }
  return gradientOf;
}

/** Both places would add to the same gradient so far, and one of them would be lost. */
function refuseTwice({ name, inputs }: Operation): void {
  const twice = inputs.find((input, at) => inputs.indexOf(input) < at);
  if (twice)
    throw new Error(`operation '${name}': '${twice.name}' stands at two places, which has no gradient`);
}

/** Every tensor that depends on one of `variables`, and they themselves. */
function forwardReach(operations: readonly Operation[], variables: readonly Tensor[]): Set<Tensor> {
  const reached = new Set(variables);
  for (const { inputs, outputs } of operations) {
    if (inputs.some((input) => reached.has(input))) for (const output of outputs) reached.add(output);
  }
  return reached;
}

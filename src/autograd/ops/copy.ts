/** Copies: between tensors, and of several into one. */
import { linearGrid } from '../../engine/launch.js';
import type { Graph } from '../graph.js';
import type { Lowering } from '../lowering.js';
import { assertShape, type Tensor } from '../tensor.js';

/** Sets a variable to the values of `a`. */
export function assign(variable: Tensor, a: Tensor): void {
  assertShape('assign', a, variable.shape);
  if (variable.content.kind !== 'variable') throw new Error(`assign: '${variable.name}' is not a variable`);
  variable.graph.effect(`assign ${variable.name}`, [a], (emit) => copy(emit, a, variable, a.size));
}

/**
 * One tensor [size] that holds `parts` at `offsets` (elements, aligned, ascending), zeros where a part is missing. What stands between
 * parts means nothing.
 */
export function copyInto(
  graph: Graph,
  parts: readonly (Tensor | undefined)[],
  offsets: readonly number[],
  size: number,
): Tensor {
  const [whole] = graph.operation({
    name: 'concatenation',
    inputs: parts.filter((part) => part !== undefined),
    shapes: [[size]],
    gathers: parts.flatMap((tensor, at) => (tensor ? [{ tensor, offset: offsets[at]! }] : [])),
    lower: (emit, [y]) => {
      parts.forEach((part, at) => {
        if (part && emit.isInPlace(part)) return;
        const room = (offsets[at + 1] ?? size) - offsets[at]!;
        const target = graph.view(y!, offsets[at]!, [room]);
        copy(emit, part ?? graph.filled([1], 0), target, part?.size ?? 0);
      });
    },
  });
  return whole!;
}

/** The first `count` elements of `a` to `y`, zeros behind them. */
export function copy(emit: Lowering, a: Tensor, y: Tensor, count: number): void {
  emit.launch({
    kernel: 'copy',
    bindings: { a, y },
    params: { count, padded: y.size },
    workgroups: linearGrid(y.size),
  });
}

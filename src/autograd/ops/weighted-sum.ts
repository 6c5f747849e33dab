/** Sums of a few small tensors, the terms of a loss, in one launch; see shaders/weighted_sum.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';
import { scale } from './elementwise.js';

export interface Term {
  readonly tensor: Tensor;
  readonly factor: number;
}

/** The most terms of one launch: as many operands as shaders/weighted_sum.wgsl has. */
const MOST_TERMS = 6;

/** Σ factor · tensor over one to six tensors of one shape, in order. Gradient: to each term, times its factor. */
export function weightedSum(terms: readonly Term[]): Tensor {
  const [first] = terms;
  if (!first || terms.length > MOST_TERMS) throw new Error(`weightedSum: ${terms.length} terms`);
  for (const { tensor } of terms) assertShape('weightedSum', tensor, first.tensor.shape);
  const { graph, shape, size } = first.tensor;
  const term = (at: number): Term => terms[at] ?? { tensor: first.tensor, factor: 0 };
  const [y] = graph.operation({
    name: 'weighted sum',
    inputs: terms.map(({ tensor }) => tensor),
    shapes: [shape],
    lower: (emit, [out]) =>
      emit.launch({
        kernel: 'weighted_sum',
        bindings: {
          term0: term(0).tensor,
          term1: term(1).tensor,
          term2: term(2).tensor,
          term3: term(3).tensor,
          term4: term(4).tensor,
          term5: term(5).tensor,
          y: out!,
        },
        params: {
          count: size,
          terms: terms.length,
          factor0: term(0).factor,
          factor1: term(1).factor,
          factor2: term(2).factor,
          factor3: term(3).factor,
          factor4: term(4).factor,
          factor5: term(5).factor,
        },
        workgroups: linearGrid(size),
      }),
    backward: ([dy], wanted) => terms.map(({ factor }, at) => (wanted[at] ? scaled(dy!, factor) : undefined)),
  });
  return y!;
}

/** Of a constant, as the gradient of a whole loss is one, another constant, which takes no launch. */
function scaled(a: Tensor, factor: number): Tensor {
  const { content, graph, name, shape } = a;
  if (content.kind !== 'constant') return scale(a, factor);
  const data = content.data.map((value) => factor * value);
  return graph.constant(`${factor} · ${name}`, shape, data);
}

/** A step counter and a ring of recorded values, both on the GPU; see shaders/history.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import type { Graph } from '../graph.js';
import type { Tensor } from '../tensor.js';

/** Counts finished steps; write a Uint32Array of one number to set it. */
export function stepCounter(graph: Graph): Tensor {
  return graph.variable('step', [1]);
}

/** Adds one to the counter: the last effect of a step. */
export function advance(counter: Tensor): void {
  counter.graph.effect('advance', [], (emit) =>
    emit.launch({ kernel: 'history.advance', bindings: { counter }, params: {}, workgroups: [1, 1, 1] }),
  );
}

/**
 * Keeps scalars of the last `capacity` steps: returns the ring [capacity, width], width the values' sizes added up, in their order.
 * Step t stands in row t mod capacity.
 */
export function record(values: readonly Tensor[], counter: Tensor, capacity: number): Tensor {
  const { graph } = counter;
  const width = values.reduce((sum, { size }) => sum + size, 0);
  const ring = graph.variable('history', [capacity, width]);
  let column = 0;
  for (const value of values) {
    const at = column;
    graph.effect(`record ${value.name}`, [value], (emit) =>
      emit.launch({
        kernel: 'history.record',
        bindings: { value, step: counter, ring },
        params: { count: value.size, column: at, width, capacity },
        workgroups: linearGrid(value.size),
      }),
    );
    column += value.size;
  }
  return ring;
}

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
  for (const group of groupsOf(values)) {
    const at = column;
    const { size: count } = group[0]!;
    const value = (number: number) => group[number] ?? group[0]!;
    graph.effect('record', group, (emit) =>
      emit.launch({
        kernel: 'history.record',
        bindings: {
          value0: value(0),
          value1: value(1),
          value2: value(2),
          value3: value(3),
          value4: value(4),
          value5: value(5),
          step: counter,
          ring,
        },
        params: { count, values: group.length, column: at, width, capacity },
        workgroups: linearGrid(count),
      }),
    );
    column += group.length * count;
  }
  return ring;
}

/** What the kernel takes at once: neighbours of one size. */
const MOST_VALUES = 6;

function groupsOf(values: readonly Tensor[]): Tensor[][] {
  const groups: Tensor[][] = [];
  for (const value of values) {
    const last = groups.at(-1);
    if (last && last.length < MOST_VALUES && last[0]!.size === value.size) last.push(value);
    else groups.push([value]);
  }
  return groups;
}

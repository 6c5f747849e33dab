/** Rows put together to a code; see shaders/stack.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/** Parts of one shape [N, …, C], every other side 1, to [N, parts, C]. Gradient: each part gets its row. */
export function stack(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (!first) throw new Error('stack: no parts');
  const batch = first.shape[0]!;
  const width = first.shape.at(-1)!;
  if (first.size !== batch * width) throw new Error(`stack: [${first.shape.join(', ')}] is more than a row`);
  for (const part of parts) assertShape('stack', part, first.shape);
  const rows = parts.length;
  const workgroups = linearGrid(batch * width);
  const { graph } = first;
  const [out] = graph.operation({
    name: 'stack',
    inputs: parts,
    shapes: [[batch, rows, width]],
    lower: (emit, [code]) => {
      parts.forEach((part, row) => {
        emit.launch({
          kernel: 'stack.put',
          bindings: { part, code: code! },
          params: { batch, rows, row, width },
          workgroups,
        });
      });
    },
    backward: ([dcode], wanted) =>
      parts.map((part, row) => (wanted[row] ? rowOf(dcode!, row, part.shape) : undefined)),
  });
  return out!;

  function rowOf(dcode: Tensor, row: number, shape: readonly number[]): Tensor {
    const [taken] = graph.operation({
      name: 'row',
      inputs: [dcode],
      shapes: [shape],
      lower: (emit, [dpart]) =>
        emit.launch({
          kernel: 'stack.take',
          bindings: { dcode, dpart: dpart! },
          params: { batch, rows, row, width },
          workgroups,
        }),
    });
    return taken!;
  }
}

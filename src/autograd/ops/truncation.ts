/** From w to a full code, truncated towards the mean w; see shaders/truncation.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * w [N, D], or [N, rows·D] where every row has a w of its own, gives a code [N, rows, D]: average + psi[row] · (w − average).
 * Gradient: every row passes its own on, psi[row] times; those of one w are summed.
 * @param average [D], or [rows, D], frozen.
 * @param psi [rows], frozen; 1 leaves a row as it is.
 */
export function truncation(w: Tensor, average: Tensor, psi: Tensor): Tensor {
  const [rows] = psi.shape as [number];
  const width = average.shape.at(-1)!;
  const averageRows = average.size / width;
  const [batch, perSample] = w.shape as [number, number];
  const wRows = perSample === width ? 1 : rows;
  assertShape('truncation', w, [batch, wRows * width]);
  if (averageRows !== 1) assertShape('truncation average', average, [rows, width]);
  const params = { batch, rows, width, wRows, averageRows };
  const [code] = w.graph.operation({
    name: 'truncation',
    inputs: [w],
    shapes: [[batch, rows, width]],
    lower: (emit, [out]) =>
      emit.launch({
        kernel: 'truncation.forward',
        bindings: { w, average, psi, code: out! },
        params,
        workgroups: linearGrid(batch * rows * width),
      }),
    backward: ([dcode]) =>
      w.graph.operation({
        name: 'w',
        inputs: [dcode!],
        shapes: [w.shape],
        lower: (emit, [dw]) =>
          emit.launch({
            kernel: 'truncation.backward',
            bindings: { psi, dcode: dcode!, dw: dw! },
            params,
            workgroups: linearGrid(w.size),
          }),
      }),
  });
  return code!;
}

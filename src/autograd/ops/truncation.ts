/** From w to a full code, truncated towards the mean w; see shaders/truncation.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * w [N, D] gives a code [N, rows, D]: average + psi[row] · (w − average).
 * Gradient: every row passes its own on, psi[row] times; they are summed.
 * @param average [D], frozen.
 * @param psi [rows], frozen; 1 leaves a row as it is.
 */
export function truncation(w: Tensor, average: Tensor, psi: Tensor): Tensor {
  const [rows] = psi.shape as [number];
  assertShape('truncation', w, [null, average.size]);
  const [batch, width] = w.shape as [number, number];
  const params = { batch, rows, width };
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
            workgroups: linearGrid(batch * width),
          }),
      }),
  });
  return code!;
}

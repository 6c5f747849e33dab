/** Demodulation coefficients of a modulated convolution; see shaders/demodulation.wgsl. */

import { loadsAtOnce } from '../../engine/adapter.js';
import type { Packing } from '../../engine/constants.js';
import { linearGrid } from '../../engine/launch.js';
import { transposed } from '../arrays.js';
import { assertShape, type Tensor } from '../tensor.js';

/**
 * d [N, O] = (Σ_i s² Σ_k W² + epsilon)^(-1/2) for styles s [N, I] and frozen weights W [O, I, K, K].
 * @param epsilon 1e-8 in the official networks; times I·K² for weights that come from rosinality's or
 *   genforce's programs, which scale the weights first.
 */
export function demodulation(s: Tensor, weight: Tensor, epsilon: number): Tensor {
  const [outChannels, inChannels] = weight.shape as [number, number];
  assertShape('demodulation', s, [null, inChannels]);
  const batch = s.shape[0]!;
  const params = { batch, inChannels, outChannels, epsilon };
  const bytes = 4 * inChannels * outChannels;
  const [d] = s.graph.operation({
    name: 'demodulation',
    inputs: [s],
    shapes: [[batch, outChannels]],
    lower: (emit, [out]) =>
      emit.launch({
        kernel: 'demodulation.forward',
        constants: { LOADS: loadsAtOnce(emit.facts) },
        bindings: { s, squares: emit.packed(weight, squares(outChannels, inChannels, true), bytes), d: out! },
        params,
        workgroups: linearGrid(batch * outChannels),
      }),
    accumulates: [0],
    backward: ([dd], _, [out], [sofar]) =>
      demodulationGradient(dd!, out!, sofar ?? s.graph.filled(s.shape, 0)),
  });
  return d!;

  function demodulationGradient(dd: Tensor, demodulated: Tensor, sofar: Tensor): readonly Tensor[] {
    return s.graph.operation({
      name: 'styles',
      inputs: [dd, s, demodulated, sofar],
      shapes: [s.shape],
      lower: (emit, [ds]) =>
        emit.launch({
          kernel: 'demodulation.backward',
          constants: { LOADS: loadsAtOnce(emit.facts) },
          bindings: {
            dd,
            s,
            demodulated,
            sofar,
            squares: emit.packed(weight, squares(outChannels, inChannels, false), bytes),
            ds: ds!,
          },
          params,
          workgroups: linearGrid(batch * inChannels),
        }),
    });
  }
}

/** Q[o, i] = Σ_k W[o, i, k]², summed in float64; [I, O] where `byInput`. */
function squares(outChannels: number, inChannels: number, byInput: boolean): Packing {
  return {
    key: `squares ${byInput ? 'io' : 'oi'} of ${outChannels} rows`,
    pack: (data) => {
      const taps = data.length / (outChannels * inChannels);
      const sums = Float32Array.from({ length: outChannels * inChannels }, (_, at) => {
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += data[at * taps + k]! ** 2;
        return sum;
      });
      return byInput ? transposed(sums, outChannels, inChannels) : sums;
    },
  };
}

/** The orders in which convolutions read their weights. */
import type { Packing } from '../../constants.js';
import type { Tiling } from './winograd/tilings.js';

/** The same layout, in a texture. */
export function inTexture(packing: (swap: boolean) => Packing): (swap: boolean) => Packing {
  return (swap) => ({ ...packing(swap), key: `${packing(swap).key} in a texture`, form: 'texture' });
}

/** [O, I, K, K] (or [I, O, K, K] with `swap`) to [K, K, ⌈I / group⌉, O, group]; with a group of 1 that is [K, K, I, O]. */
export function packKernelFirst(
  data: Float32Array,
  out: number,
  into: number,
  kernel: number,
  swap: boolean,
  group = 1,
): Float32Array {
  const taps = kernel * kernel;
  const groups = Math.ceil(into / group);
  const packed = new Float32Array(taps * groups * out * group);
  const [outStep, inStep] = swap ? [taps, out * taps] : [into * taps, taps];
  for (let k = 0; k < taps; k++) {
    for (let i = 0; i < into; i++) {
      const row = (k * groups + Math.floor(i / group)) * out * group + (i % group);
      for (let o = 0; o < out; o++) packed[row + o * group] = data[o * outStep + i * inStep + k]!;
    }
  }
  return packed;
}

/** [O, I, 3, 3] (or [I, O, 3, 3] with `swap`; `turned`: the kernel by 180°) to G g Gᵀ as [WEIGHTS², ⌈I/4⌉, O, 4]. Sums in float64. */
export function packWinograd(
  data: Float32Array,
  out: number,
  into: number,
  { weights }: Tiling,
  swap: boolean,
  turned: boolean,
): Float32Array {
  const size = weights.length;
  const rows = Float64Array.from(weights.flat());
  const each = 4 * Math.ceil(into / 4) * out;
  const packed = new Float32Array(size * size * each);
  const half = new Float64Array(3 * size);
  // An element's numbers lie far apart, so the outputs of one input channel are made together.
  for (let i = 0; i < into; i++) {
    for (let o = 0; o < out; o++) {
      const from = 9 * (swap ? i * out + o : o * into + i);
      for (let k = 0; k < 3; k++) {
        const first = data[turned ? from + 8 - k : from + k]!;
        const second = data[turned ? from + 5 - k : from + 3 + k]!;
        const third = data[turned ? from + 2 - k : from + 6 + k]!;
        for (let r = 0; r < size; r++)
          half[3 * r + k] = rows[3 * r]! * first + rows[3 * r + 1]! * second + rows[3 * r + 2]! * third;
      }
      let to = (i >> 2) * out * 4 + o * 4 + (i & 3);
      for (let r = 0; r < size; r++) {
        const [first, second, third] = [half[3 * r]!, half[3 * r + 1]!, half[3 * r + 2]!];
        for (let s = 0; s < size; s++, to += each)
          packed[to] = rows[3 * s]! * first + rows[3 * s + 1]! * second + rows[3 * s + 2]! * third;
      }
    }
  }
  return packed;
}

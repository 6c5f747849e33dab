/** Weights of a file as weights of ours: other axes, flipped kernels, an added constant. Nothing is read before it is wanted. */
import { FwplusError } from '../../errors.js';
import { TensorView } from '../checkpoint/index.js';
import { elements } from '../dtype.js';
import type { SourceTensor } from './network.js';

/** A tensor of the file as it is. */
export function plain(view: TensorView): SourceTensor {
  return { shape: view.shape, elements: view.elements, read: (begin, end) => view.readFloats(begin, end) };
}

/** The same values under another shape of as many. */
export function reshaped(tensor: SourceTensor, shape: readonly number[]): SourceTensor {
  if (elements(shape) !== tensor.elements) throw new RangeError(`[${tensor.shape}] as [${shape}]`);
  return { ...tensor, shape };
}

/** Without its first axis, of which there is one: rosinality's [1, O, I, K, K]. */
export function first(view: TensorView): SourceTensor {
  return reshaped(plain(view), view.shape.slice(1));
}

/** numpy's transpose: axis i is the file's axis `axes[i]`. */
export function permuted(view: TensorView, axes: readonly number[]): SourceTensor {
  const { dtype, offset } = view;
  const layout = {
    dtype,
    shape: axes.map((axis) => view.shape[axis]!),
    strides: axes.map((axis) => view.strides[axis]!),
    offset,
  };
  return plain(new TensorView(view.storage, layout, (found) => new FwplusError(found)));
}

/** Kernels [O, I, K, K], each rotated by 180 degrees. */
export function rotated(tensor: SourceTensor): SourceTensor {
  const taps = elements(tensor.shape.slice(-2));
  return {
    ...tensor,
    async read(begin, end) {
      const from = begin - (begin % taps);
      const values = await tensor.read(from, Math.ceil(end / taps) * taps);
      const out = new Float32Array(end - begin);
      for (let at = begin; at < end; at++) {
        const tap = at % taps;
        out[at - begin] = values[at - tap + (taps - 1 - tap) - from]!;
      }
      return out;
    },
  };
}

/** With `amount` added to every value. */
export function plus(tensor: SourceTensor, amount: number): SourceTensor {
  return {
    ...tensor,
    read: async (begin, end) => (await tensor.read(begin, end)).map((value) => value + amount),
  };
}

/** Values that are known, such as zeros in place of what a file leaves out. */
export function known(shape: readonly number[], values: Float32Array): SourceTensor {
  return { shape, elements: values.length, read: async (begin, end) => values.subarray(begin, end) };
}

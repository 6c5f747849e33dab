/** Weights of a file as weights of ours: other axes, flipped kernels, an added constant. Nothing is read before it is wanted. */
import { FwplusError } from '../../errors.js';
import { TensorView } from '../checkpoint/index.js';
import { elements } from '../dtype.js';
import type { SourceTensor } from './network.js';

/** A tensor of the file as it is, of any dtype, as float32. */
export class FileTensor implements SourceTensor {
  constructor(
    /** Its key in the file. */
    readonly origin: string,
    readonly view: TensorView,
  ) {}

  get shape(): readonly number[] {
    return this.view.shape;
  }

  get elements(): number {
    return this.view.elements;
  }

  read(begin = 0, end = this.elements): Promise<Float32Array> {
    return this.view.readFloats(begin, end);
  }

  /** numpy's transpose: axis i is the file's axis `axes[i]`. */
  permuted(axes: readonly number[]): FileTensor {
    const { dtype, offset, shape, strides, storage } = this.view;
    return this.viewed(
      {
        dtype,
        offset,
        shape: axes.map((axis) => shape[axis]!),
        strides: axes.map((axis) => strides[axis]!),
      },
      storage,
    );
  }

  /** What is at `index` of the first axis, which goes away: rosinality's [1, O, I, K, K]. */
  at(index: number): FileTensor {
    const { dtype, offset, shape, strides, storage } = this.view;
    return this.viewed(
      {
        dtype,
        offset: offset + index * strides[0]!,
        shape: shape.slice(1),
        strides: strides.slice(1),
      },
      storage,
    );
  }

  private viewed(
    layout: ConstructorParameters<typeof TensorView>[1],
    storage: TensorView['storage'],
  ): FileTensor {
    const fail = (found: string) => new FwplusError(`Reading '${this.origin}': it would be ${found}`);
    return new FileTensor(this.origin, new TensorView(storage, layout, fail));
  }
}

/** The same values under another shape of as many. */
export function reshaped(tensor: SourceTensor, shape: readonly number[]): SourceTensor {
  if (elements(shape) !== tensor.elements) throw new RangeError(`[${tensor.shape}] as [${shape}]`);
  return { ...inherited(tensor), shape, read: (begin, end) => tensor.read(begin, end) };
}

/** Kernels [O, I, K, K], each rotated by 180 degrees. */
export function rotated(tensor: SourceTensor): SourceTensor {
  const taps = elements(tensor.shape.slice(-2));
  return {
    ...inherited(tensor),
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
    ...inherited(tensor),
    read: async (begin, end) => (await tensor.read(begin, end)).map((value) => value + amount),
  };
}

/** Values that stand in no tensor of the file. */
export function known(shape: readonly number[], values: Float32Array): SourceTensor {
  return {
    origin: undefined,
    shape,
    elements: values.length,
    read: async (begin, end) => values.subarray(begin, end),
  };
}

/** Zeros, which take no memory before they are read. */
export function zeros(shape: readonly number[]): SourceTensor {
  const read = async (begin: number, end: number) => new Float32Array(end - begin);
  return { origin: undefined, shape, elements: elements(shape), read };
}

function inherited({ origin, shape, elements }: SourceTensor) {
  return { origin, shape, elements };
}

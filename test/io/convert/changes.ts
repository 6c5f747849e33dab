/** Changing what good files hold. */
import * as assert from 'uvu/assert';
import { FwplusError } from '../../../src/errors.js';
import {
  bytesSource,
  PickledDict,
  type PickleValue,
  Storage,
  TensorView,
} from '../../../src/io/checkpoint/index.js';
import { sideBySide } from '../../../src/io/checkpoint/tensor-view.js';

/** A tensor of torch with these values, 0 unless told. */
export function tensor(shape: readonly number[], ...values: readonly number[]): TensorView {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data.set(values);
  const storage = new Storage('0', 'F32', data.length);
  storage.place(bytesSource('made', new Uint8Array(data.buffer)));
  const layout = { dtype: 'F32' as const, shape, strides: sideBySide(shape), offset: 0 };
  return new TensorView(storage, layout, (found) => new FwplusError(found));
}

/** A tensor that repeats one value. */
export function repeated(...shape: readonly number[]): TensorView {
  const { storage, dtype } = tensor([1], 1);
  const layout = { dtype, shape, strides: shape.map(() => 0), offset: 0 };
  return new TensorView(storage, layout, (found) => new FwplusError(found));
}

/** The dict at a path of keys. */
export function at(value: PickleValue, ...path: readonly string[]): PickledDict {
  let dict = value as PickledDict;
  for (const key of path) dict = dict.get(key) as PickledDict;
  assert.instance(dict, PickledDict);
  return dict;
}

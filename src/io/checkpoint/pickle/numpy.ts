import { decodeValues, swapBytes } from '../../decode-values.js';
import { dtypeBytes, elements } from '../../dtype.js';
import { type NumpyDtype, numpyDtype } from '../numpy-dtype.js';
import { bytesSource } from '../source.js';
import { Storage } from '../storage.js';
import { MOST_DIMENSIONS, sideBySide, TensorView } from '../tensor-view.js';
import { bytesOf } from './python.js';
import type { Build, Builder } from './session.js';
import { BytesInFile, PickledObject, type PickleValue } from './values.js';

const NDARRAY = 'numpy.ndarray';
const DTYPE = 'numpy.dtype';

/** What a dtype object stands for: its arguments are ('f4', False, True), its state (3, '<', …). */
function dtypeOf(value: PickleValue | undefined, build: Build): NumpyDtype {
  const isDtype = value instanceof PickledObject && `${value}` === DTYPE;
  const [description] = isDtype ? value.args : [];
  if (!isDtype || typeof description !== 'string' || description.length > 99) {
    throw build.fail('asks for an array without a dtype.');
  }
  const [, order] = Array.isArray(value.state) ? value.state : [];
  return numpyDtype(description, typeof order === 'string' ? order : undefined);
}

function shapeOf(value: PickleValue | undefined, build: Build): number[] {
  const isShape =
    Array.isArray(value) &&
    value.length <= MOST_DIMENSIONS &&
    value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
  if (!isShape) throw build.fail('asks for an array without a valid shape.');
  return value as number[];
}

/** An array of numbers: its bytes lie side by side, row by row or (Fortran) column by column. */
function view(
  { dtype, bigEndian }: NumpyDtype,
  shape: readonly number[],
  fortran: boolean,
  data: Uint8Array | BytesInFile,
  build: Build,
): TensorView | undefined {
  if (!dtype || dtype === 'object') return undefined;
  const count = data.length / dtypeBytes[dtype];
  if (shape.includes(0) ? count !== 0 : elements(shape) !== count) {
    throw build.fail(`asks for an array ${dtype} [${shape}] of ${data.length} bytes.`);
  }
  const name = `${build.source.name}, the array at byte ${build.at}`;
  const storage = new Storage(`of the array at byte ${build.at}`, dtype, count, bigEndian);
  storage.place(data instanceof BytesInFile ? data.source : bytesSource(name, data));
  const layout = { dtype, shape, strides: sideBySide(shape, fortran), offset: 0 };
  return new TensorView(storage, layout, (found) => build.fail(`asks for ${found}`));
}

/**
 * Completes an array whose state is (version, shape, dtype, isFortran, bytes or list of objects). What is not read (text,
 * records) stays a PickledObject `numpy.ndarray` with its state.
 */
export function completeArray(array: PickledObject, state: PickleValue, build: Build): PickleValue {
  const parts = Array.isArray(state) ? state : [];
  const [shapeValue, dtypeValue, fortran, data] = parts.length === 5 ? parts.slice(1) : parts;
  const shape = shapeOf(shapeValue, build);
  const found = dtypeOf(dtypeValue, build);
  if (found.dtype === 'object') {
    const count = shape.includes(0) ? 0 : elements(shape);
    if (!Array.isArray(data) || data.length !== count) {
      throw build.fail(`asks for an array of ${count} objects and does not have them.`);
    }
    if (shape.length === 0) return data[0]!;
    // In row-major order, whatever the flag says.
    return data;
  }
  if (!found.dtype) {
    array.state = state;
    return array;
  }
  return view(found, shape, fortran === true || fortran === 1, bytesOf(data, build), build)!;
}

/** The array to be completed by its state; what it is called with says nothing. */
const emptyArray: Builder = (args) => new PickledObject('numpy', 'ndarray', args);

/** (bytes, dtype, shape, order): protocol 5. */
const arrayOfBuffer: Builder = ([data, dtypeValue, shapeValue, order], build) => {
  const array = view(
    dtypeOf(dtypeValue, build),
    shapeOf(shapeValue, build),
    order === 'F',
    bytesOf(data, build),
    build,
  );
  if (!array) throw build.fail('asks for an array of what are no numbers.');
  return array;
};

/** (dtype, bytes): one number. */
const scalar: Builder = ([dtypeValue, data], build) => {
  const { dtype, bigEndian } = dtypeOf(dtypeValue, build);
  const raw = bytesOf(data, build);
  if (!dtype || dtype === 'object') return new PickledObject('numpy', 'generic', [dtypeValue!, raw]);
  if (!(raw instanceof Uint8Array) || raw.length !== dtypeBytes[dtype]) {
    throw build.fail(`asks for one ${dtype} of ${raw.length} bytes.`);
  }
  const value = decodeValues(dtype, bigEndian ? swapBytes(raw, raw.length) : raw)[0]!;
  if (dtype === 'BOOL') return value !== 0;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
};

/** Arrays and numbers of numpy. */
export const numpyBuilders: readonly (readonly [string, Builder])[] = [
  ['numpy.core.multiarray._reconstruct', emptyArray],
  ['numpy.core.multiarray.scalar', scalar],
  ['numpy.core.numeric._frombuffer', arrayOfBuffer],
  [DTYPE, (args) => new PickledObject('numpy', 'dtype', args)],
  [NDARRAY, emptyArray],
];

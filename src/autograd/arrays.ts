/** Float arrays rearranged. */
import type { Packing } from '../engine/constants.js';

/** One after the other. */
export function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}

/** `data`, `times` times in a row. */
export function repeated(data: Float32Array, times: number): Float32Array {
  return concatenated(Array.from({ length: times }, () => data));
}

/** [rows, columns] to [columns, rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  if (data.length !== rows * columns) throw new Error(`${data.length} values for ${rows} × ${columns}`);
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}

/** The same as a layout of a frozen weight. */
export function transposedPacking(rows: number, columns: number): Packing {
  return { key: `transposed from ${rows} rows`, pack: (data) => transposed(data, rows, columns) };
}

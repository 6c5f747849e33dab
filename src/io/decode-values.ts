import { bfloatToFloat, halfToFloat } from '../half.js';
import { type Dtype, type DtypeArrays, dtypeBytes } from './dtype.js';

/** A tensor's bytes as its values. They view `raw` where its alignment allows and are a copy elsewhere. */
export function decodeValues(dtype: Dtype, raw: Uint8Array): DtypeArrays[Dtype] {
  const size = dtypeBytes[dtype];
  // A new array: `slice` of Node's Buffer is a view.
  const { buffer, byteOffset } = raw.byteOffset % size === 0 ? raw : new Uint8Array(raw);
  const n = raw.length / size;
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer, byteOffset, n);
    case 'I64':
      return new BigInt64Array(buffer, byteOffset, n);
    case 'U64':
      return new BigUint64Array(buffer, byteOffset, n);
    case 'F32':
      return new Float32Array(buffer, byteOffset, n);
    case 'I32':
      return new Int32Array(buffer, byteOffset, n);
    case 'U32':
      return new Uint32Array(buffer, byteOffset, n);
    case 'F16':
      return halfToFloat(new Uint16Array(buffer, byteOffset, n));
    case 'BF16':
      return bfloatToFloat(new Uint16Array(buffer, byteOffset, n));
    case 'I16':
      return new Int16Array(buffer, byteOffset, n);
    case 'U16':
      return new Uint16Array(buffer, byteOffset, n);
    case 'I8':
      return new Int8Array(buffer, byteOffset, n);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer, byteOffset, n);
  }
}

/** A copy with the bytes of each value of `size` bytes in reverse. */
export function swapBytes(raw: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += size) {
    for (let i = 0; i < size; i++) out[at + i] = raw[at + size - 1 - i];
  }
  return out;
}

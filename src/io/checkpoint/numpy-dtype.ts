import type { Dtype } from '../dtype.js';

/** A dtype of numpy: numbers as one of ours, Python objects, or what is not read (text, complex numbers, records). */
export interface NumpyDtype {
  readonly dtype: Dtype | 'object' | undefined;
  readonly bigEndian: boolean;
}

const kinds: Readonly<Record<string, Dtype | 'object'>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  i4: 'I32',
  i2: 'I16',
  i1: 'I8',
  u8: 'U64',
  u4: 'U32',
  u2: 'U16',
  u1: 'U8',
  b1: 'BOOL',
  O: 'object',
  O8: 'object',
  O4: 'object',
};

/** Parses a description such as `<f4`; `order` is the byte order where it is told apart from it. */
export function numpyDtype(description: string, order = ''): NumpyDtype {
  const [, own = '', kind = ''] = /^([<>=|]?)(.*)$/s.exec(description) ?? [];
  return {
    dtype: Object.hasOwn(kinds, kind) ? kinds[kind] : undefined,
    bigEndian: (order || own) === '>',
  };
}

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from '../../src/half.js';
import type { Tensor } from '../../src/io/dtype.js';
import { assertFinite } from '../../src/io/finite.js';
import { encodeTensors, TensorFile } from '../../src/io/safetensors.js';
import { refuses, tensorFixture } from './fixtures.js';

const reference = tensorFixture('reference.safetensors');
const values = [0, -1.5, 3.140625, 65504, 6e-8];

test('reads every dtype that the format’s own library wrote', () => {
  const wanted: Record<string, [string, number[], (number | bigint)[]]> = {
    f64: ['F64', [5], values],
    f32: ['F32', [2, 5], [...values, ...values.toReversed()].map(Math.fround)],
    f16: ['F16', [5], [0, -1.5, 3.140625, 65504, 2 ** -24]],
    bf16: ['BF16', [5], [0, -1.5, 3.140625, 65536]],
    i64: ['I64', [2], [-(2n ** 62n), 7n]],
    i32: ['I32', [2, 1], [-5, 2 ** 31 - 1]],
    i16: ['I16', [1], [-300]],
    i8: ['I8', [2], [-8, 127]],
    u8: ['U8', [3], [0, 255, 3]],
    bool: ['BOOL', [2], [1, 0]],
    scalar: ['F32', [], [2.5]],
    empty: ['F32', [0, 4], []],
    'naïve “name”': ['F32', [1], [1]],
  };
  assert.equal([...reference.keys()].sort(), Object.keys(wanted).sort());
  for (const [name, [dtype, shape, data]] of Object.entries(wanted)) {
    const tensor = reference.get(name);
    assert.is(tensor.dtype, dtype);
    assert.equal(tensor.shape, shape);
    assert.equal([...tensor.data].slice(0, data.length), data, name);
  }
  assert.equal(reference.metadata, { 'made by': 'torch', quote: '"}{' });
});

test('gives float tensors as float32, of the shape wanted', async () => {
  for (const name of ['f64', 'f32', 'f16', 'bf16']) assert.instance(reference.floats(name), Float32Array);
  assert.is(reference.floats('f64', [5])[4], Math.fround(6e-8));
  await refuses(() => reference.floats('f32', [5, 2]), /tensor f32 has shape \[2,5\], wanted \[5,2\]/);
  await refuses(() => reference.floats('f32', [10]), /wanted \[10\]/);
  await refuses(() => reference.floats('i64'), /is I64, wanted F16, BF16, F32 or F64/);
  await refuses(() => reference.get('nothing'), /no tensor nothing among its 13/);
  assert.is(reference.has('nothing'), false);
});

test('reads from any place in memory', () => {
  const bytes = encodeTensors({ a: { dtype: 'F64', shape: [2], data: Float64Array.of(1.5, -2) } });
  for (let shift = 0; shift < 8; shift++) {
    const moved = new Uint8Array(bytes.length + shift);
    moved.set(bytes, shift);
    for (const place of [moved, Buffer.from(moved.buffer)])
      assert.equal([...TensorFile.parse(place.subarray(shift)).get('a').data], [1.5, -2]);
  }
});

const tensors: Record<string, Tensor> = {
  z: { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, 2) },
  half: { dtype: 'F16', shape: [3], data: Float32Array.of(1, 2049, -0.1) },
  a: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  big: { dtype: 'I64', shape: [], data: BigInt64Array.of(-9n) },
};

test('writes the same bytes in whatever order, aligned, and reads them back', () => {
  const bytes = encodeTensors(tensors, { b: '2', a: '1' });
  const reversed = new Map(Object.entries(tensors).reverse());
  assert.equal(encodeTensors(reversed, { a: '1', b: '2' }), bytes);
  const file = TensorFile.parse(bytes);
  assert.equal([...file.keys()], ['big', 'z', 'half', 'a']);
  assert.equal(file.metadata, { a: '1', b: '2' });
  assert.is(file.info('big').begin % 8, 0);
  assert.equal(file.get('z'), tensors.z);
  assert.equal([...file.get('half').data], [1, 2048, -0.0999755859375]);
  assert.equal(
    encodeTensors({}),
    Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode('{}      ')),
  );
});

test('refuses to write what would not be read', async () => {
  const data = Float32Array.of(1);
  await refuses(
    () => encodeTensors({ x: { dtype: 'F32', shape: [2], data } }),
    /tensor x of shape \[2\] has 1 values/,
  );
  await refuses(() => encodeTensors({ __metadata__: { dtype: 'F32', shape: [1], data } }), /another name/);
});

/** A file of a header text and as many data bytes. */
function raw(header: string, dataBytes: number, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + json.length + dataBytes);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  out.set(json, 8);
  return out;
}

const entry = (begin: number, end: number, shape = `[${end - begin}]`) =>
  `{"dtype":"U8","shape":${shape},"data_offsets":[${begin},${end}]}`;

test('refuses every kind of malformed file', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /has 0 bytes/],
    [new Uint8Array(7), /has 7 bytes/],
    [raw('{}', 0, 2n ** 63n), /at most 100000000 are read/],
    [raw('{}', 0, 3n), /truncated: header to byte 11, file to 10/],
    [raw('{"a":', 0), /not JSON/],
    [Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not JSON/],
    [raw('[]', 0), /not a JSON object/],
    [raw('null', 0), /not a JSON object/],
    [raw('{"a":3}', 0), /entry of tensor a is not an object/],
    [raw('{"__metadata__":{"a":3}}', 0), /not an object of strings/],
    [raw(`{"a":${entry(0, 1)},"a":${entry(0, 1)}}`, 1), /the name a twice/],
    [raw(`{"a":${entry(0, 1)},"\\u0061":${entry(1, 2)}}`, 2), /the name a twice/],
    [raw('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1), /the name dtype twice/],
    [raw('{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}', 1), /dtype "F8"; known are/],
    [raw('{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,1]}}', 1), /dtype "toString"/],
    [raw(`{"a":${entry(0, 1, '[-1]')}}`, 1), /has the shape \[-1\]/],
    [raw(`{"a":${entry(0, 1, '[0.5]')}}`, 1), /has the shape/],
    [raw(`{"a":${entry(0, 1, '1')}}`, 1), /has the shape 1/],
    [raw('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}', 1), /data offsets \[1,0\]/],
    [raw('{"a":{"dtype":"U8","shape":[1]}}', 1), /data offsets undefined/],
    [raw(`{"a":${entry(0, 3, '[2]')}}`, 3), /U8 \[2\], has 3 bytes, wanted 2/],
    [raw('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,2]}}', 2), /has 2 bytes, wanted 8/],
    [raw(`{"a":${entry(0, 4)},"b":${entry(2, 6)}}`, 6), /tensor b overlaps/],
    [raw(`{"a":${entry(0, 4)},"b":${entry(5, 6)}}`, 6), /1 bytes before tensor b belong to no tensor/],
    [raw(`{"a":${entry(1, 4)}}`, 4), /1 bytes before tensor a/],
    [raw(`{"a":${entry(0, 4)}}`, 3), /truncated: tensors to byte/],
    [raw(`{"a":${entry(0, 4)}}`, 6), /2 bytes after its last tensor/],
    [raw(`{"a":${entry(0, 4, `[${2 ** 40},${2 ** 40}]`)}}`, 4), /wanted/],
  ];
  for (const [bytes, pattern] of cases) {
    await refuses(
      () => TensorFile.parse(bytes, 'w.safetensors'),
      /^Reading w\.safetensors as safetensors: /,
      pattern,
    );
  }
});

test('takes names that JavaScript objects have already', () => {
  const file = TensorFile.parse(raw(`{"__proto__":${entry(0, 1)},"constructor":${entry(1, 2)}}`, 2));
  assert.equal([...file.keys()], ['__proto__', 'constructor']);
});

test('half and bfloat16 survive the way through float32, all 65,536 of each', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  for (const [there, back, infinity] of [
    [halfToFloat, floatToHalf, 0x7c00],
    [bfloatToFloat, floatToBfloat, 0x7f80],
  ] as const) {
    const floats = there(bits);
    const again = back(floats);
    for (let i = 0; i < 65536; i++) {
      if ((i & 0x7fff) > infinity)
        assert.ok(Number.isNaN(floats[i]) && (again[i] & 0x7fff) > infinity, `${i}`);
      else if (again[i] !== i) assert.unreachable(`${i} became ${again[i]}`);
    }
  }
});

test('halves are rounded to nearest even, to infinity, and among subnormals', () => {
  const cases: [number, number][] = [
    [2049, 2048],
    [2051, 2052],
    [65519, 65504],
    [65520, Infinity],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2 ** -23],
    [2 ** -25 * 1.001, 2 ** -24],
    [2 ** -14 - 2 ** -26, 2 ** -14],
    [-1e-30, -0],
  ];
  for (const [value, wanted] of cases) assert.is(halfToFloat(floatToHalf(Float32Array.of(value)))[0], wanted);
});

test('finds what is not finite', async () => {
  assertFinite('w', Float32Array.of(0, -3e38, 1e-45));
  await refuses(
    () => assertFinite('conv.weight', Float32Array.of(1, Number.NaN, -Infinity)),
    /tensor conv\.weight: 2 of its 3 values are not finite \(the first is NaN at index 1\)/,
  );
});

test.run();

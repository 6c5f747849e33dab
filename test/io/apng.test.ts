import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeApng } from '../../src/io/apng.js';
import { crc32 } from '../../src/io/crc32.js';
import { decodePng, encodePng } from '../../src/io/png.js';
import { draw, refuses, samePicture } from './fixtures.js';
import { header, joinPng, pngChunk } from './make-png.js';

const frames = [0, 60, 120].map((shade) => draw(9, 5, (x, y) => [shade + x, shade + y, (x * y) % 256]));

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const found: Chunk[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    const data = bytes.slice(at + 8, at + 8 + length);
    assert.is(
      view.getUint32(at + 8 + length),
      crc32(bytes.subarray(at + 4, at + 8 + length)),
      `CRC of ${type}`,
    );
    found.push({ type, data });
    at += length + 12;
  }
  return found;
}

const number = (data: Uint8Array, at: number) => new DataView(data.buffer).getUint32(at);

test('CRC-32 of the specification’s own example', () => {
  assert.is(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  assert.is(crc32(new TextEncoder().encode('1234'), new TextEncoder().encode('56789')), 0xcbf43926);
});

test('the first frame is an ordinary PNG, the others follow in order', async () => {
  const bytes = await encodeApng(frames, { delay: 300 });
  samePicture(await decodePng(bytes), frames[0]!);
  const chunks = chunksOf(bytes);
  assert.equal(
    chunks.map(({ type }) => type),
    ['IHDR', 'acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'fcTL', 'fdAT', 'IEND'],
  );
  assert.equal([number(chunks[1]!.data, 0), number(chunks[1]!.data, 4)], [3, 0], 'three frames, for ever');
  const controls = chunks.filter(({ type }) => type === 'fcTL');
  for (const { data } of controls) {
    assert.equal([number(data, 4), number(data, 8), number(data, 12), number(data, 16)], [9, 5, 0, 0]);
    assert.equal([...data.subarray(20)], [300 >> 8, 300 & 255, 1000 >> 8, 1000 & 255, 0, 0]);
  }
  const sequence = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT');
  assert.equal(
    sequence.map(({ data }) => number(data, 0)),
    [0, 1, 2, 3, 4],
  );
});

test('every frame holds its own picture', async () => {
  const data = chunksOf(await encodeApng(frames)).filter(({ type }) => type === 'fdAT');
  for (const [at, frame] of frames.slice(1).entries()) {
    const alone = joinPng([
      pngChunk('IHDR', header(9, 5, 8, 2, 0)),
      pngChunk('IDAT', data[at]!.data.subarray(4)),
      pngChunk('IEND', new Uint8Array(0)),
    ]);
    samePicture(await decodePng(alone), frame);
    assert.ok((await encodePng(frame)).length > 0);
  }
});

test('there and back again: the ends once, the middle twice', async () => {
  const chunks = chunksOf(await encodeApng(frames, { pingPong: true }));
  assert.is(number(chunks[1]!.data, 0), 4);
  const data = chunks.filter(({ type }) => type === 'fdAT').map(({ data: bytes }) => bytes.slice(4));
  assert.equal(data[0], data[2]);
  assert.is(chunksOf(await encodeApng(frames.slice(0, 1), { pingPong: true })).length, 5);
});

test('no frame, and frames of two sizes, are refused', async () => {
  await refuses(() => encodeApng([]), /without a frame/);
  await refuses(() => encodeApng([frames[0]!, draw(5, 9, () => [0, 0, 0])]), /9×5 and 5×9/);
  for (const delay of [0, 1.5, 65536]) await refuses(() => encodeApng(frames, { delay }), /delay/);
});

test.run();

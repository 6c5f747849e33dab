import { deflateSync } from 'node:zlib';

/** What to write; `sample(x, y, channel)` is below 2^depth, and an index where the colour type is 3. */
export interface PngRecipe {
  readonly width: number;
  readonly height: number;
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly depth: number;
  readonly interlaced?: boolean;
  readonly palette?: Uint8Array;
  readonly sample: (x: number, y: number, channel: number) => number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A PNG of any kind, written the plain way from the specification; rows take the five filters in turn. */
export function makePng(recipe: PngRecipe): Uint8Array {
  const { width, height, colour, depth, interlaced = false, palette } = recipe;
  return joinPng([
    pngChunk('IHDR', header(width, height, depth, colour, interlaced ? 1 : 0)),
    ...(palette ? [pngChunk('PLTE', palette)] : []),
    // Two IDAT chunks, cut at an odd place.
    ...split(deflateSync(pixelRows(recipe)), 13).map((part) => pngChunk('IDAT', part)),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

export function joinPng(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([...signature, ...chunks.flatMap((chunk) => [...chunk])]);
}

export function header(
  width: number,
  height: number,
  depth: number,
  colour: number,
  interlace: number,
): Uint8Array {
  const out = new Uint8Array(13);
  new DataView(out.buffer).setUint32(0, width);
  new DataView(out.buffer).setUint32(4, height);
  out.set([depth, colour, 0, 0, interlace], 8);
  return out;
}

export function pngChunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(body, 8);
  view.setUint32(8 + body.length, crc32(out.subarray(4, 8 + body.length)));
  return out;
}

/** CRC-32 as the PNG specification, Annex D, defines it, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

function split(bytes: Uint8Array, at: number): Uint8Array[] {
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

function pixelRows(recipe: PngRecipe): Uint8Array {
  const { width, height, colour, depth, interlaced, sample } = recipe;
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour];
  const step = Math.max(1, (channels * depth) >> 3);
  const passes = interlaced
    ? ['0088', '4088', '0448', '2044', '0224', '1022', '0112'].map((pass) => [...pass].map(Number))
    : [[0, 0, 1, 1]];
  const out: number[] = [];
  let filter = 0;
  for (const [x0, y0, dx, dy] of passes) {
    let above: number[] = [];
    for (let y = y0; y < height; y += dy) {
      let bits = '';
      for (let x = x0; x < width; x += dx) {
        for (let c = 0; c < channels; c++) bits += sample(x, y, c).toString(2).padStart(depth, '0');
      }
      if (bits === '') continue;
      const row = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
      out.push(filter, ...row.map((value, i) => (value - predict(filter, row, above, i, step)) & 255));
      above = row;
      filter = (filter + 1) % 5;
    }
  }
  return Uint8Array.from(out);
}

function predict(filter: number, row: number[], above: number[], i: number, step: number): number {
  const a = row[i - step] ?? 0;
  const b = above[i] ?? 0;
  const c = above[i - step] ?? 0;
  const p = a + b - c;
  const nearest = [a, b, c].reduce((best, value) =>
    Math.abs(p - value) < Math.abs(p - best) ? value : best,
  );
  return [0, a, b, (a + b) >> 1, nearest][filter];
}

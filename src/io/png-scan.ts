import type { FwplusError } from '../errors.js';
import { exifOrientation, type Orientation } from './exif.js';
import { joined } from './joined.js';

/** The fields of IHDR. `colour`: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

export interface PngScan {
  readonly header: PngHeader;
  readonly orientation: Orientation;
  /** The file without all that does not make its colours: transparency above all, and what follows its end. */
  readonly plain: Uint8Array;
  /** The compressed pixels, in pieces. */
  readonly data: readonly Uint8Array[];
}

export type Fail = (found: string, cause?: unknown) => FwplusError;

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Channels and bit depths of each colour type (PNG specification, section 11.2.1). */
const colours: Record<number, { readonly channels: number; readonly depths: readonly number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Adam7 (PNG specification, section 8.1): the first column and row of each pass, and the steps to the next. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Walks through a PNG's chunks without decompressing anything; `checkSize` sees the size first. CRCs are not checked. */
export function scanPng(
  bytes: Uint8Array,
  fail: Fail,
  checkSize: (width: number, height: number) => void,
): PngScan {
  if (signature.some((byte, i) => bytes[i] !== byte)) {
    throw fail(
      bytes.length < 8 ? `the file has only ${bytes.length} bytes.` : 'the PNG signature is damaged.',
    );
  }
  let header: PngHeader | undefined;
  let orientation: Orientation = 1;
  const plain: Uint8Array[] = [signature];
  const data: Uint8Array[] = [];
  for (const { type, body, whole } of chunks(bytes, fail)) {
    if (!header) {
      if (type !== 'IHDR' || body.length !== 13)
        throw fail('it does not begin with an IHDR chunk of 13 bytes.');
      header = readHeader(body, fail);
      checkSize(header.width, header.height);
    } else if (type === 'IHDR') throw fail('it has two IHDR chunks.');
    else if (type === 'eXIf') orientation = exifOrientation(body);
    else if (type === 'IDAT') data.push(body);
    if (/^(IHDR|PLTE|IDAT|IEND)$/.test(type)) plain.push(whole);
  }
  if (!header || data.length === 0) throw fail('it holds no pixels (no IDAT chunk).');
  return { header, orientation, plain: joined(plain), data };
}

/** How many bytes the pixels have: one filter byte and the packed samples for every row of every pass. */
export function rawLength({ width, height, depth, colour, interlaced }: PngHeader): number {
  const bits = depth * colours[colour].channels;
  let length = 0;
  for (const [x0, y0, dx, dy] of interlaced ? adam7 : [[0, 0, 1, 1]]) {
    const columns = Math.ceil((width - x0) / dx);
    const rows = Math.ceil((height - y0) / dy);
    if (columns > 0 && rows > 0) length += rows * (1 + Math.ceil((columns * bits) / 8));
  }
  return length;
}

interface Chunk {
  readonly type: string;
  readonly body: Uint8Array;
  /** The body with length, type and CRC. */
  readonly whole: Uint8Array;
}

/** Every chunk up to IEND. */
function* chunks(bytes: Uint8Array, fail: Fail): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length)
      throw fail(`the file is truncated: it ends at byte ${bytes.length} without IEND.`);
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw fail(`the chunk at byte ${at} has no valid type.`);
    const end = at + 12 + length;
    if (end > bytes.length) {
      throw fail(
        `the file is truncated: chunk ${type} at byte ${at} ends at ${end}, the file at ${bytes.length}.`,
      );
    }
    yield { type, body: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    if (type === 'IEND') return;
    at = end;
  }
}

function readHeader(body: Uint8Array, fail: Fail): PngHeader {
  const view = new DataView(body.buffer, body.byteOffset);
  const [depth, colour, compression, filter, interlace] = body.subarray(8);
  if (!colours[colour]?.depths.includes(depth))
    throw fail(`colour type ${colour} with ${depth} bits does not exist.`);
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw fail(`compression ${compression}, filter ${filter} or interlacing ${interlace} does not exist.`);
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    colour,
    interlaced: interlace === 1,
  };
}

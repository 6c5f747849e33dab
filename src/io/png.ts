import { FwplusError } from '../errors.js';
import { checkBudget, type DecodeOptions } from './budget.js';
import { crc32 } from './crc32.js';
import { exifOrientation, type Orientation, orient } from './exif.js';
import type { Image } from './image.js';
import { encodeRows } from './png-filter.js';
import { type Header, rawLength, readPixels } from './png-pixels.js';
import { deflate, inflate } from './zlib.js';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const damaged = 'The file is damaged or incomplete; copy or download it again, or export it again as PNG.';

/**
 * Decodes a PNG (PNG specification, third edition) of any colour type, bit depth and interlacing to 8-bit RGB.
 *
 * Alpha is ignored, not composited, as in the paper's program; 16-bit samples become value >> 8; grey below 8 bits is
 * scaled to 0…255; an eXIf orientation is applied. Gamma and colour profiles are not looked at.
 * Throws a `FwplusError` for a truncated or damaged file, a wrong CRC, a size of zero or over the pixel budget, which is
 * checked before anything is decompressed.
 */
export async function decodePng(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const what = `Reading ${options.name ?? 'the image'} as PNG`;
  const fail = (found: string) => new FwplusError(`${what}: ${found}`, { hint: damaged });
  if (signature.some((byte, i) => bytes[i] !== byte)) {
    throw fail(
      bytes.length < 8 ? `the file has only ${bytes.length} bytes.` : 'the PNG signature is damaged.',
    );
  }
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];
  for (const [type, body] of chunks(bytes, fail)) {
    if (!header) {
      if (type !== 'IHDR' || body.length !== 13)
        throw fail('it does not begin with an IHDR chunk of 13 bytes.');
      header = readHeader(body, fail);
      checkBudget(header.width, header.height, options, what);
    } else if (type === 'PLTE') palette = body;
    else if (type === 'eXIf') orientation = exifOrientation(body);
    else if (type === 'IDAT') data.push(body);
  }
  if (!header || data.length === 0) throw fail('it holds no pixels (no IDAT chunk).');
  if (header.colour === 3 && !palette) throw fail('it has palette colours but no palette (no PLTE chunk).');
  const raw = await inflate(concat(data), rawLength(header), what);
  const image = readPixels(raw, header, palette, fail);
  return orient(image, orientation);
}

/**
 * Encodes 8-bit RGB as PNG. `text` is written as iTXt chunks in the order given (keywords of 1–79 Latin-1 letters).
 * No time stamp is written: on one host the same picture gives the same bytes.
 */
export async function encodePng(
  image: Image,
  options: { readonly text?: Readonly<Record<string, string>> } = {},
): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, image.width);
  view.setUint32(4, image.height);
  header.set([8, 2, 0, 0, 0], 8);
  const texts = Object.entries(options.text ?? {}).map(([keyword, text]) => {
    if (!/^[\x20-\x7e\xa1-\xff]{1,79}$/.test(keyword)) {
      throw new FwplusError(
        `Writing a PNG: found the text keyword ${JSON.stringify(keyword)}, wanted 1 to 79 Latin-1 letters.`,
      );
    }
    const latin1 = Uint8Array.from(keyword, (letter) => letter.charCodeAt(0));
    // Keyword, end, not compressed, no language, no translated keyword (section 11.3.3.4).
    return chunk('iTXt', concat([latin1, new Uint8Array(5), new TextEncoder().encode(text)]));
  });
  const pixels = await deflate(encodeRows(image));
  return concat([
    signature,
    chunk('IHDR', header),
    ...texts,
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

type Fail = (found: string) => FwplusError;

/** Every chunk up to IEND, its CRC checked. */
function* chunks(bytes: Uint8Array, fail: Fail): Generator<readonly [type: string, body: Uint8Array]> {
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
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw fail(`the CRC of chunk ${type} at byte ${at} is wrong.`);
    }
    yield [type, bytes.subarray(at + 8, end - 4)];
    if (type === 'IEND') return;
    at = end;
  }
}

function readHeader(body: Uint8Array, fail: Fail): Header {
  const view = new DataView(body.buffer, body.byteOffset);
  const [depth, colour, compression, filter, interlace] = body.subarray(8);
  const depths: Record<number, readonly number[]> = {
    0: [1, 2, 4, 8, 16],
    2: [8, 16],
    3: [1, 2, 4, 8],
    4: [8, 16],
    6: [8, 16],
  };
  if (!depths[colour]?.includes(depth))
    throw fail(`colour type ${colour} with ${depth} bits does not exist.`);
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw fail(`compression ${compression}, filter ${filter} or interlacing ${interlace} does not exist.`);
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    colour: colour as Header['colour'],
    interlaced: interlace === 1,
  };
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(body, 8);
  view.setUint32(out.length - 4, crc32(out.subarray(4, out.length - 4)));
  return out;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

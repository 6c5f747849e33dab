import { PNG } from '#png';
import { FwplusError } from '../errors.js';
import { checkBudget, type DecodeOptions } from './budget.js';
import { orient } from './exif.js';
import type { Image } from './image.js';
import { type Fail, type PngHeader, rawLength, scanPng } from './png-scan.js';

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
  const fail: Fail = (found, cause) =>
    new FwplusError(`${what}: ${found}`, {
      hint: 'The file is damaged or incomplete; copy or download it again, or export it again as PNG.',
      cause,
    });
  const { header, orientation, plain, data } = scanPng(bytes, fail, (width, height) =>
    checkBudget(width, height, options, what),
  );
  await checkData(data, rawLength(header), fail);
  return orient(readPixels(plain, header, fail), orientation);
}

/** Encodes 8-bit RGB as PNG. No time stamp is written: on one host the same picture gives the same bytes. */
export async function encodePng({ width, height, data }: Image): Promise<Uint8Array<ArrayBuffer>> {
  const png = new PNG({ width, height });
  // pngjs keeps four bytes a pixel; told that there are three, it reads only the first three quarters.
  png.data.set(data);
  const bytes = PNG.sync.write(png, {
    colorType: 2,
    inputColorType: 2,
    inputHasAlpha: false,
    filterType: 4, // Paeth; to try all filters takes twice as long and gains a percent
    deflateLevel: 6,
    deflateStrategy: 0,
  });
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Refuses zlib data that are damaged or do not inflate to exactly `length` bytes, and keeps nothing of them.
 * pngjs does not: where data are damaged or too few it returns pixels from memory that was never written, and of an
 * interlaced picture it inflates without end.
 */
async function checkData(data: readonly Uint8Array[], length: number, fail: Fail): Promise<void> {
  let found = 0;
  const counter = new WritableStream<Uint8Array>({
    write(part) {
      found += part.length;
      if (found > length) throw fail(`the compressed data hold more than the ${length} bytes they should.`);
    },
  });
  try {
    await new Blob(data as Uint8Array<ArrayBuffer>[])
      .stream()
      .pipeThrough(new DecompressionStream('deflate'))
      .pipeTo(counter);
  } catch (cause) {
    if (cause instanceof FwplusError) throw cause;
    throw fail(
      `the compressed data are damaged after ${found} of ${length} bytes (${messageOf(cause)}).`,
      cause,
    );
  }
  if (found < length) throw fail(`the compressed data end after ${found} of ${length} bytes.`);
}

function readPixels(plain: Uint8Array, { width, height, depth }: PngHeader, fail: Fail): Image {
  let rgba: ArrayLike<number>;
  try {
    rgba = PNG.sync.read(bufferOf(plain), { skipRescale: depth === 16 }).data;
  } catch (cause) {
    const reason = messageOf(cause);
    // Where a checksum is wrong, pngjs stops, and complains of the rest of the file unless that was the last chunk.
    const checksum = /^Crc error|^unrecognised content/.test(reason);
    throw fail(checksum ? 'a checksum (CRC) is wrong.' : `its pixels are damaged (${reason}).`, cause);
  }
  const shift = depth === 16 ? 8 : 0;
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < out.length; from += 4, to += 3) {
    out[to] = rgba[from] >> shift;
    out[to + 1] = rgba[from + 1] >> shift;
    out[to + 2] = rgba[from + 2] >> shift;
  }
  return { width, height, data: out };
}

/** The bytes in a Buffer, which browsers lack: pngjs brings its own there, and keeps pixels in it. */
function bufferOf(bytes: Uint8Array): Buffer {
  const { data } = new PNG({ width: Math.ceil(bytes.length / 4), height: 1 });
  data.set(bytes);
  // Of the browsers' Buffer, `subarray` makes a bare Uint8Array.
  return data.slice(0, bytes.length);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Animated PNG (PNG specification, third edition, section 11.3.6): every browser shows it, everything else its first frame. */
import { FwplusError } from '../errors.js';
import { crc32 } from './crc32.js';
import type { Image } from './image.js';
import { joined } from './joined.js';
import { encodePng } from './png.js';

export interface AnimationOptions {
  /** Milliseconds a frame is shown, 1 to 65,535. Default 120. */
  readonly delay?: number;
  /** There and back again. */
  readonly pingPong?: boolean;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * Encodes frames of one size as an animation without an end.
 * @throws FwplusError where there is no frame, where their sizes differ, and where the delay is out of range.
 */
export async function encodeApng(
  frames: readonly Image[],
  options: AnimationOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = frames;
  if (!first) throw new FwplusError('An animation without a frame is wanted.');
  const { width, height } = first;
  const other = frames.find((frame) => frame.width !== width || frame.height !== height);
  if (other) {
    throw new FwplusError(
      `The frames of an animation are ${width}×${height} and ${other.width}×${other.height}.`,
      {
        hint: 'Bring all of them to one size first.',
      },
    );
  }
  const encoded: Uint8Array[] = [];
  for (const frame of frames) encoded.push(await encodePng(frame));
  return animatePngs(encoded, options);
}

/**
 * The same of frames that `encodePng` has encoded already, all of one size.
 * @throws FwplusError where there is no frame, and where the delay is out of range.
 */
export function animatePngs(
  encoded: readonly Uint8Array[],
  { delay = 120, pingPong = false }: AnimationOptions = {},
): Uint8Array<ArrayBuffer> {
  if (!(Number.isInteger(delay) && delay >= 1 && delay <= 65535)) {
    throw new FwplusError(`The delay of an animation is ${delay} ms, wanted a whole number from 1 to 65535.`);
  }
  const frames = encoded.map(chunksOf);
  const [begin] = frames;
  if (!begin) throw new FwplusError('An animation without a frame is wanted.');
  const size = begin[0]!.data.subarray(0, 8); // of IHDR: width and height
  const shown = pingPong ? [...frames, ...frames.slice(1, -1).reverse()] : frames;
  const chunks: Chunk[] = [
    ...begin.filter(({ type }) => type === 'IHDR'),
    { type: 'acTL', data: numbers(shown.length, 0) },
  ];
  let sequence = 0;
  for (const frame of shown) {
    const control = new Uint8Array(26);
    control.set(numbers(sequence++));
    control.set(size, 4); // at (0, 0)
    control.set([delay >> 8, delay & 255, 1000 >> 8, 1000 & 255], 20); // a fraction of a second; dispose and blend: none
    const isFirst = sequence === 1;
    chunks.push({ type: 'fcTL', data: control });
    for (const { type, data } of frame) {
      if (type !== 'IDAT') continue;
      chunks.push(isFirst ? { type, data } : { type: 'fdAT', data: joined([numbers(sequence++), data]) });
    }
  }
  chunks.push({ type: 'IEND', data: new Uint8Array(0) });
  return joined([SIGNATURE, ...chunks.map(bytesOf)]);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The chunks of a PNG that we have made ourselves. */
function chunksOf(png: Uint8Array): Chunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** Length, type, data, CRC of type and data. */
function bytesOf({ type, data }: Chunk): Uint8Array {
  const name = Uint8Array.from(type, (letter) => letter.charCodeAt(0));
  return joined([numbers(data.length), name, data, numbers(crc32(name, data))]);
}

/** 32-bit numbers, the highest byte first. */
function numbers(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    view.setUint32(4 * at, value);
  });
  return bytes;
}

import type { Image } from './image.js';

/** EXIF orientation: 1 upright, 2–4 mirrored or upside down, 5–8 with rows and columns exchanged. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * Reads tag 0x0112 of the first image directory of EXIF data that start at the TIFF header ("II*" or "MM*").
 * Anything missing or damaged means 1: cameras write much nonsense here, and none of it harms the pixels.
 */
export function exifOrientation(tiff: Uint8Array): Orientation {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

/** The picture turned upright, as its EXIF orientation says (EXIF 2.32, tag 0x0112). */
export function orient(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { width: w, height: h, data } = image;
  const swapped = orientation >= 5;
  const width = swapped ? h : w;
  const height = swapped ? w : h;
  // Which source column and row the upright picture begins with, read from its top left corner.
  const fromRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const fromBottom = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const column = fromRight ? -3 : 3;
  const row = fromBottom ? -3 * w : 3 * w;
  const [stepX, stepY] = swapped ? [row, column] : [column, row];
  const start = 3 * ((fromBottom ? h - 1 : 0) * w + (fromRight ? w - 1 : 0));
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = start + y * stepY; x < width; x++, from += stepX, to += 3) {
      out[to] = data[from];
      out[to + 1] = data[from + 1];
      out[to + 2] = data[from + 2];
    }
  }
  return { width, height, data: out };
}

import { createImage, type Image } from '../image.js';

/** Red, green, blue, 0…255. */
export type Colour = readonly [number, number, number];

/** Coverage of a rectangle of pixels whose top left one is (x, y): 0…1, row by row. */
export interface Mask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly coverage: Float32Array;
}

/** A mask for all pixels that [left, right] × [top, bottom] touches inside the picture, with nothing covered yet. */
export function createMask(image: Image, left: number, top: number, right: number, bottom: number): Mask {
  const x = Math.max(0, Math.floor(left));
  const y = Math.max(0, Math.floor(top));
  const width = Math.max(0, Math.min(image.width, Math.ceil(right)) - x);
  const height = Math.max(0, Math.min(image.height, Math.ceil(bottom)) - y);
  return { x, y, width, height, coverage: new Float32Array(width * height) };
}

/** Lays a colour over the picture, in proportion to the mask's coverage. The mask must lie inside the picture. */
export function paint(image: Image, mask: Mask, colour: Colour): void {
  for (let row = 0, i = 0; row < mask.height; row++) {
    let at = 3 * ((mask.y + row) * image.width + mask.x);
    for (let column = 0; column < mask.width; column++, i++, at += 3) {
      const cover = mask.coverage[i];
      if (cover === 0) continue;
      for (let c = 0; c < 3; c++) {
        image.data[at + c] += Math.round((colour[c] - image.data[at + c]) * cover);
      }
    }
  }
}

/** Fills a rectangle of whole pixels; what lies outside the picture is left out. */
export function fillRect(
  image: Image,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: Colour,
): void {
  const mask = createMask(image, x, y, x + width, y + height);
  paint(image, { ...mask, coverage: mask.coverage.fill(1) }, colour);
}

/** Copies `source` into `image` with its top left corner at whole pixels (x, y); what lies outside is left out. */
export function blit(image: Image, source: Image, x: number, y: number): void {
  const left = Math.max(0, x);
  const right = Math.min(image.width, x + source.width);
  if (left >= right) return;
  for (let row = Math.max(0, y); row < Math.min(image.height, y + source.height); row++) {
    const from = 3 * ((row - y) * source.width + left - x);
    image.data.set(source.data.subarray(from, from + 3 * (right - left)), 3 * (row * image.width + left));
  }
}

/** The picture enlarged a whole number of times, every pixel a square. */
export function enlargeNearest(image: Image, factor: number): Image {
  const out = createImage(image.width * factor, image.height * factor);
  for (let y = 0, to = 0; y < out.height; y++) {
    const row = Math.floor(y / factor) * image.width;
    for (let x = 0; x < out.width; x++, to += 3) {
      const from = 3 * (row + Math.floor(x / factor));
      out.data[to] = image.data[from];
      out.data[to + 1] = image.data[from + 1];
      out.data[to + 2] = image.data[from + 2];
    }
  }
  return out;
}

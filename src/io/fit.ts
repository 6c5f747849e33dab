import { FwplusError } from '../errors.js';
import { createImage, type Image } from './image.js';
import { resizeLanczos } from './resize.js';

/** How a picture that is not square is made so: stretched, cut at its longer sides, or its border colours continued. */
export type FitMode = 'squash' | 'crop' | 'pad';

/** A rectangle in pixels; x and y are its top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A square picture and where it comes from: `square` in it shows `source` of the original, and nothing else. */
export interface Fitted {
  readonly image: Image;
  readonly source: Rect;
  readonly square: Rect;
}

/**
 * Makes a picture size × size by PIL's Lanczos. `squash` ignores the proportions, as the paper's program does; `crop`
 * takes the middle square; `pad` shows the whole picture and repeats its edge pixels on both sides.
 */
export function fit(image: Image, size: number, mode: FitMode): Fitted {
  if (!(Number.isInteger(size) && size > 0)) {
    throw new FwplusError(
      `Fitting a ${image.width}×${image.height} image: found the size ${size}, wanted a positive integer.`,
    );
  }
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  const full = { x: 0, y: 0, width: size, height: size };
  if (mode === 'squash') return { image: resizeLanczos(image, size, size), source: whole, square: full };
  if (mode === 'crop') {
    const side = Math.min(image.width, image.height);
    const source = {
      x: (image.width - side) >> 1,
      y: (image.height - side) >> 1,
      width: side,
      height: side,
    };
    return { image: resizeLanczos(crop(image, source), size, size), source, square: full };
  }
  const longer = Math.max(image.width, image.height);
  const width = Math.max(1, Math.round((image.width * size) / longer));
  const height = Math.max(1, Math.round((image.height * size) / longer));
  const square = { x: (size - width) >> 1, y: (size - height) >> 1, width, height };
  return { image: extend(resizeLanczos(image, width, height), size, square), source: whole, square };
}

/** Copies out a rectangle, which must lie inside the picture. */
export function crop(image: Image, { x, y, width, height }: Rect): Image {
  if (x < 0 || y < 0 || x + width > image.width || y + height > image.height) {
    throw new FwplusError(
      `Cropping a ${image.width}×${image.height} image: the rectangle ${width}×${height} at (${x}, ${y}) leaves it.`,
    );
  }
  const out = createImage(width, height);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((y + row) * image.width + x);
    out.data.set(image.data.subarray(from, from + 3 * width), 3 * row * width);
  }
  return out;
}

/** Puts `inner` at `at` in a size × size square and repeats its edge pixels outwards. */
function extend(inner: Image, size: number, at: Rect): Image {
  const out = createImage(size, size);
  for (let y = 0; y < size; y++) {
    const row = Math.min(inner.height - 1, Math.max(0, y - at.y));
    for (let x = 0; x < size; x++) {
      const column = Math.min(inner.width - 1, Math.max(0, x - at.x));
      const from = 3 * (row * inner.width + column);
      const to = 3 * (y * size + x);
      out.data[to] = inner.data[from];
      out.data[to + 1] = inner.data[from + 1];
      out.data[to + 2] = inner.data[from + 2];
    }
  }
  return out;
}

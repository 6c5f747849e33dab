import { FwplusError } from '../errors.js';

/** An 8-bit sRGB picture: `data` is height × width × 3 bytes, rows from the top, red green blue interleaved. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A picture of one colour (default white). Sizes are in pixels. */
export function createImage(
  width: number,
  height: number,
  [r, g, b]: readonly [number, number, number] = [255, 255, 255],
): Image {
  checkSize(width, height);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) {
    data[i] = r;
    data[i + 1] = g;
    data[i + 2] = b;
  }
  return { width, height, data };
}

/**
 * The picture as the networks want it: Float32 [height, width, 3] (NHWC without N), values x/127.5 − 1 in [−1, 1].
 * `out`, where given, must hold height × width × 3 values; several images go into one batch by sub-arrays.
 */
export function imageToFloat(
  image: Image,
  out: Float32Array = new Float32Array(image.data.length),
): Float32Array {
  if (out.length !== image.data.length) {
    throw new FwplusError(
      `Converting a ${image.width}×${image.height} image to floats: the target holds ${out.length} values, wanted ${image.data.length}.`,
    );
  }
  for (let i = 0; i < out.length; i++) out[i] = image.data[i] / 127.5 - 1;
  return out;
}

/**
 * The inverse of `imageToFloat`: Float32 [height, width, 3] in [−1, 1] to 8 bit by
 * floor(clip((x + 1)·127.5 + 0.5, 0, 255)). Values outside the range are clipped; NaN is an error.
 */
export function imageFromFloat(data: Float32Array, width: number, height: number): Image {
  checkSize(width, height);
  const length = width * height * 3;
  if (data.length !== length) {
    throw new FwplusError(
      `Converting floats to a ${width}×${height} image: found ${data.length} values, wanted ${length}.`,
    );
  }
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const value = (data[i] + 1) * 127.5 + 0.5;
    if (Number.isNaN(value)) {
      throw new FwplusError(
        `Converting floats to a ${width}×${height} image: value ${i} is NaN, wanted numbers.`,
      );
    }
    bytes[i] = Math.min(255, Math.max(0, value));
  }
  return { width, height, data: bytes };
}

function checkSize(width: number, height: number): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new FwplusError(`Making an image: found the size ${width}×${height}, wanted positive integers.`);
  }
}

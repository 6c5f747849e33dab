import jpeg from 'jpeg-js';
import { FwplusError } from '../errors.js';
import { checkBudget, type DecodeOptions } from './budget.js';
import { orient } from './exif.js';
import type { Image } from './image.js';
import { scanJpeg } from './jpeg-scan.js';

/**
 * Decodes a baseline or progressive JPEG (grey, YCbCr, RGB, CMYK or YCCK) to 8-bit RGB and turns it upright by its
 * EXIF orientation. Pixels differ a little from libjpeg's: chroma is enlarged by repetition.
 * Throws a `FwplusError` for a truncated or damaged file, a kind of JPEG that is not read (arithmetic coding, lossless,
 * 12 bit), a size of zero or over the pixel budget, which is checked before anything is decoded.
 */
export function decodeJpeg(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const what = `Reading ${options.name ?? 'the image'} as JPEG`;
  const frame = scanJpeg(bytes, what, (width, height) => checkBudget(width, height, options, what));
  try {
    const { width, height, data } = jpeg.decode(bytes.subarray(0, frame.end), {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      // The budget above is the limit; the decoder's own is to hinder nobody.
      maxResolutionInMP: Number.POSITIVE_INFINITY,
      maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
      // Said for three components, where its guess is wrong for some files; of four it knows itself.
      ...(frame.components === 3 ? { colorTransform: !frame.rgb } : {}),
    });
    return orient({ width, height, data }, frame.orientation);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FwplusError(`${what}: the compressed data are damaged (${reason}).`, {
      hint: 'Copy or download the file again, or export it again as JPEG or PNG.',
      cause,
    });
  }
}

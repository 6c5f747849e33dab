import { FwplusError } from '../errors.js';
import type { DecodeOptions } from './budget.js';
import type { Image } from './image.js';
import { decodeJpeg } from './jpeg.js';
import { decodePng } from './png.js';
import { sniff } from './sniff.js';

/**
 * Decodes a PNG or JPEG file, told apart by its bytes and not by its name, to upright 8-bit RGB (alpha ignored).
 * Throws a `FwplusError` that says what the file looks like where it is neither, or is damaged, empty or too large.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const kind = sniff(bytes);
  if (kind.format === 'png') return decodePng(bytes, options);
  if (kind.format === 'jpeg') return decodeJpeg(bytes, options);
  throw new FwplusError(
    `Reading ${options.name ?? 'the image'}: found ${kind.name}, wanted a PNG or JPEG image.`,
    {
      hint:
        bytes.length === 0
          ? 'The file was never written; copy or download it again.'
          : 'Convert it to PNG or JPEG first.',
    },
  );
}

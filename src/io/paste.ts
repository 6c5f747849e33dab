/** Puts an edited square back into the photo it comes from, at the photo's own size. */
import { FwplusError } from '../errors.js';
import { crop, type Fitted } from './fit.js';
import { createImage, type Image } from './image.js';
import { resizeLanczos } from './resize.js';

/**
 *   change   adds what the edit changed, so that everything else keeps the photo's own detail
 *   replace  the edited picture itself, its edges faded into the photo
 */
export type PasteMode = 'change' | 'replace';

/** How far the edges of a `replace` fade, of the region's shorter side. */
const FEATHER = 1 / 16;

/**
 * @param photo any size.
 * @param fitted what `fit` made of this photo: where the square comes from.
 * @param edited what the generator makes of the edited codes, as large as `fitted.image`.
 * @param plain what it makes of the codes before; the edit is the difference.
 * @returns the photo, changed inside of the region only.
 * @throws FwplusError where the sizes do not fit, and where `fitted` is of a larger photo.
 */
export function paste(photo: Image, fitted: Fitted, edited: Image, plain: Image, mode: PasteMode): Image {
  const { image, source, square } = fitted;
  for (const each of [edited, plain]) {
    if (each.width !== image.width || each.height !== image.height) {
      throw new FwplusError(
        `Pasting: the edited picture is ${each.width}×${each.height}, the square it came from ${image.width}×${image.height}.`,
      );
    }
  }
  if (source.x + source.width > photo.width || source.y + source.height > photo.height) {
    throw new FwplusError(
      `Pasting: the region ends at (${source.x + source.width}, ${source.y + source.height}), outside of the ${photo.width}×${photo.height} photo.`,
      { hint: 'Give the photo that was fitted.' },
    );
  }
  const enlarged = (picture: Image) => resizeLanczos(crop(picture, square), source.width, source.height);
  const [large, before] = [enlarged(edited), enlarged(plain)];
  const out = createImage(photo.width, photo.height);
  out.data.set(photo.data);
  const fadeX = fade(source.width, source.x > 0, source.x + source.width < photo.width, source.height);
  const fadeY = fade(source.height, source.y > 0, source.y + source.height < photo.height, source.width);
  for (let y = 0; y < source.height; y++) {
    for (let x = 0; x < source.width; x++) {
      const weight = fadeX[x]! * fadeY[y]!;
      const at = 3 * ((source.y + y) * photo.width + source.x + x);
      const from = 3 * (y * source.width + x);
      for (let c = 0; c < 3; c++) {
        const old = photo.data[at + c]!;
        const wanted =
          mode === 'replace' ? large.data[from + c]! : old + large.data[from + c]! - before.data[from + c]!;
        out.data[at + c] = Math.min(255, Math.max(0, Math.round(old + weight * (wanted - old))));
      }
    }
  }
  return out;
}

/** Weights along one side of the region: 1 inside, falling to 0 at the ends where the photo goes on. */
function fade(length: number, atStart: boolean, atEnd: boolean, otherSide: number): Float32Array {
  const width = Math.max(1, FEATHER * Math.min(length, otherSide));
  return Float32Array.from({ length }, (_, at) => {
    const ends = [...(atStart ? [at + 0.5] : []), ...(atEnd ? [length - at - 0.5] : [])];
    const t = Math.min(1, ...ends.map((distance) => distance / width));
    return t * t * (3 - 2 * t);
  });
}

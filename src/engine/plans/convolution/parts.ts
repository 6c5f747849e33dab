/** A convolution (or the FIR) in parts: so that scratch memory holds one part only, and no submit takes long. */
import { STORAGE_ALIGNMENT } from '../../storage.js';
import type { ConvolutionShape } from './shape.js';

/** Some images of a batch, and some rows of each. */
export interface Part {
  readonly firstImage: number;
  readonly images: number;
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * Parts that together are `rows` rows of each image, none with more than `most` rows in all: as many whole images as that holds,
 * or else even bands of one. A part has a row at least. The first is the largest.
 */
export function partsOf(batch: number, rows: number, most: number): Part[] {
  const images = evenly(batch, Math.min(batch, Math.floor(most / rows)));
  const bands = evenly(rows, Math.min(rows, Math.floor(most)));
  return images.flatMap(([firstImage, count]) =>
    bands.map(([firstRow, band]) => ({ firstImage, images: count, firstRow, rows: band })),
  );
}

/** The start and the length of ranges of at most `most`, at least 1, that differ little. */
function evenly(count: number, most: number): [number, number][] {
  const each = Math.ceil(count / Math.ceil(count / Math.max(1, most)));
  const ranges: [number, number][] = [];
  for (let from = 0; from < count; from += each) ranges.push([from, Math.min(each, count - from)]);
  return ranges;
}

/** What some rows of x from row `top` on, of some images, have in common with x: the elements, and how many lie before them. */
export function seenBy(
  { inHeight, inWidth, inChannels }: Pick<ConvolutionShape, 'inHeight' | 'inWidth' | 'inChannels'>,
  { firstImage, images }: Pick<Part, 'firstImage' | 'images'>,
  top: number,
  rows: number,
): { readonly offset: number; readonly elements: number } {
  const row = inWidth * inChannels;
  const [from, to] = images > 1 ? [0, inHeight] : [Math.max(0, top), Math.min(inHeight, top + rows)];
  const first = (firstImage * inHeight + Math.min(from, inHeight - 1)) * row;
  const offset = first - (first % (STORAGE_ALIGNMENT / 4));
  const end = ((firstImage + images - 1) * inHeight + Math.max(to, 1)) * row;
  return { offset, elements: end - offset };
}

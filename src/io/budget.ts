import { FwplusError } from '../errors.js';

/** Default pixel budget: 64 megapixels (64·10⁶). */
export const defaultMaxPixels = 64e6;

export interface DecodeOptions {
  /** What to call the picture in errors, usually its file name. Default "the image". */
  readonly name?: string;
  /** The largest width × height that is decoded. Default 64·10⁶. */
  readonly maxPixels?: number;
}

/** Refuses sizes of zero or over the budget; `what` begins the message. Called before anything is decoded. */
export function checkBudget(width: number, height: number, options: DecodeOptions, what: string): void {
  const maxPixels = options.maxPixels ?? defaultMaxPixels;
  if (width === 0 || height === 0) {
    throw new FwplusError(`${what}: its size is ${width}×${height}, wanted at least one pixel.`, {
      hint: 'The file is damaged or was never finished; export it again.',
    });
  }
  if (width * height > maxPixels) {
    const megapixels = (pixels: number) => `${+(pixels / 1e6).toPrecision(3)} megapixels`;
    throw new FwplusError(
      `${what}: it is ${width}×${height}, ${megapixels(width * height)}; at most ${megapixels(maxPixels)} are read.`,
      {
        hint: 'Make the picture smaller first, or raise the limit (--max-megapixels; maxPixels in the library).',
      },
    );
  }
}

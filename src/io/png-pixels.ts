import type { FwplusError } from '../errors.js';
import type { Image } from './image.js';
import { unfilterRow } from './png-filter.js';

/** The fields of IHDR. `colour`: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha. */
export interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly interlaced: boolean;
}

const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** One pass of the picture: pixels x0, x0 + dx, … of rows y0, y0 + dy, …; `width` × `height` of them. */
interface Pass {
  readonly x0: number;
  readonly y0: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
  readonly height: number;
}

// Adam7 (PNG specification, section 8.1): x0, y0, dx, dy.
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passes({ width, height, interlaced }: Header): Pass[] {
  if (!interlaced) return [{ x0: 0, y0: 0, dx: 1, dy: 1, width, height }];
  return adam7
    .map(([x0, y0, dx, dy]) => ({
      ...{ x0, y0, dx, dy },
      width: Math.ceil((width - x0) / dx),
      height: Math.ceil((height - y0) / dy),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

function rowLength(width: number, { depth, colour }: Header): number {
  return Math.ceil((width * depth * channels[colour]) / 8);
}

/** How many bytes the decompressed picture has: one filter byte and the packed samples for every row of every pass. */
export function rawLength(header: Header): number {
  return passes(header).reduce((sum, pass) => sum + pass.height * (1 + rowLength(pass.width, header)), 0);
}

/** Unfilters `raw` (in place) and converts it to 8-bit RGB. Errors are made by `fail`. */
export function readPixels(
  raw: Uint8Array,
  header: Header,
  palette: Uint8Array | undefined,
  fail: (found: string) => FwplusError,
): Image {
  const { width, height, depth, colour } = header;
  const out = new Uint8Array(width * height * 3);
  const pixelBytes = Math.max(1, (depth * channels[colour]) / 8);
  const lookup = colour === 3 ? palette : undefined;
  let at = 0;
  for (const pass of passes(header)) {
    const length = rowLength(pass.width, header);
    let above: Uint8Array = new Uint8Array(length);
    for (let y = 0; y < pass.height; y++) {
      const filter = raw[at];
      const row = raw.subarray(at + 1, at + 1 + length);
      if (filter > 4) throw fail(`row ${y} has filter ${filter}, which does not exist.`);
      unfilterRow(filter, row, above, pixelBytes);
      const to = 3 * ((pass.y0 + y * pass.dy) * width + pass.x0);
      const used = lookup
        ? paletteRow(row, pass, depth, lookup, out, to)
        : sampleRow(row, pass, header, out, to);
      if (used >= 0) throw fail(`a pixel has colour ${used}, and the palette only ${lookup!.length / 3}.`);
      above = row;
      at += 1 + length;
    }
  }
  return { width, height, data: out };
}

/** Writes one row of palette indices; returns the first index outside the palette, or −1. */
function paletteRow(
  row: Uint8Array,
  pass: Pass,
  depth: number,
  palette: Uint8Array,
  out: Uint8Array,
  to: number,
): number {
  for (let x = 0; x < pass.width; x++, to += 3 * pass.dx) {
    const index = packed(row, x, depth);
    if (3 * index + 2 >= palette.length) return index;
    out[to] = palette[3 * index];
    out[to + 1] = palette[3 * index + 1];
    out[to + 2] = palette[3 * index + 2];
  }
  return -1;
}

/** Writes one row of grey or RGB samples, leaving alpha out; returns −1 as `paletteRow` does when all is well. */
function sampleRow(row: Uint8Array, pass: Pass, header: Header, out: Uint8Array, to: number): -1 {
  const { depth, colour } = header;
  if (depth < 8) {
    const scale = 255 / ((1 << depth) - 1);
    for (let x = 0; x < pass.width; x++, to += 3 * pass.dx) {
      out[to] = out[to + 1] = out[to + 2] = packed(row, x, depth) * scale;
    }
    return -1;
  }
  // Samples are big-endian, so the first byte of a 16-bit one is value >> 8.
  const sample = depth / 8;
  const pixel = sample * channels[colour];
  const [green, blue] = colour === 2 || colour === 6 ? [sample, 2 * sample] : [0, 0];
  for (let x = 0, from = 0; x < pass.width; x++, from += pixel, to += 3 * pass.dx) {
    out[to] = row[from];
    out[to + 1] = row[from + green];
    out[to + 2] = row[from + blue];
  }
  return -1;
}

/** Sample x of a row packed with 1, 2, 4 or 8 bits a sample, the leftmost in the highest bits. */
function packed(row: Uint8Array, x: number, depth: number): number {
  const bit = x * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

import { inter } from '../font/inter.gen.js';
import type { Image } from '../image.js';
import type { Colour } from './canvas.js';
import { type Contour, fillContours } from './fill.js';

export interface TextStyle {
  /** Font size (one em) in pixels. */
  readonly size: number;
  readonly weight?: 'regular' | 'semibold';
}

/** Where the point given to `drawText` lies in the text. */
export type Align = 'left' | 'centre' | 'right';

/** The width of one line of text in pixels. */
export function measureText(text: string, style: TextStyle): number {
  let width = 0;
  for (const letter of text) width += glyph(letter, style).advance;
  return width * style.size;
}

/**
 * Draws one line of text, anti-aliased; (x, y) is on its baseline, in pixels. Printable ASCII, the accented letters of Latin-1 and a few signs are known
 * (see font/make_font.py); for anything else the font's empty box is drawn.
 */
export function drawText(
  image: Image,
  text: string,
  x: number,
  y: number,
  style: TextStyle & { readonly colour: Colour; readonly align?: Align },
): void {
  const { size, align = 'left' } = style;
  const width = measureText(text, style);
  let left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
  for (const letter of text) {
    const { advance, contours } = glyph(letter, style);
    const placed = contours.map((contour) =>
      contour.map((value, i) => (i % 2 === 0 ? left + value * size : y - value * size)),
    );
    fillContours(image, placed, style.colour);
    left += advance * size;
  }
}

/**
 * Breaks text into lines of at most `width` pixels: at line feeds, between words, and inside words that are too long.
 * With `maxLines`, the last line ends in an ellipsis where something had to be left out.
 */
export function wrapText(text: string, width: number, style: TextStyle, maxLines = Infinity): string[] {
  const fits = (line: string) => measureText(line, style) <= width;
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (let word of paragraph.split(' ')) {
      const joined = line === '' ? word : `${line} ${word}`;
      if (fits(joined)) {
        line = joined;
        continue;
      }
      if (line !== '') lines.push(line);
      while (!fits(word)) {
        const letters = breakPoint(word, fits);
        if (letters < 1) break;
        lines.push(word.slice(0, letters));
        word = word.slice(letters);
      }
      line = word;
    }
    lines.push(line);
  }
  if (lines.length <= maxLines) return lines;
  let last = lines[maxLines - 1];
  while (last !== '' && !fits(`${last}…`)) last = last.slice(0, -1);
  return [...lines.slice(0, maxLines - 1), `${last.trimEnd()}…`];
}

/** How many letters of a too long word go on one line: up to a joint of a file name where there is one, 0 if none can. */
function breakPoint(word: string, fits: (line: string) => boolean): number {
  let letters = word.length - 1;
  while (letters > 1 && !fits(word.slice(0, letters))) letters--;
  const joint = word.slice(0, letters).search(/[_\-./\\][^_\-./\\]*$/) + 1;
  return joint > letters / 2 ? joint : letters;
}

/** A glyph in units of one em: its advance, and its outlines with y upwards. */
interface Glyph {
  readonly advance: number;
  readonly contours: readonly Contour[];
}

const glyphs = new Map<string, Glyph>();

function glyph(letter: string, { weight = 'regular' }: TextStyle): Glyph {
  const key = weight + letter;
  let found = glyphs.get(key);
  if (!found) {
    const font = inter[weight];
    found = decodeGlyph(Object.hasOwn(font, letter) ? font[letter] : font.missing);
    glyphs.set(key, found);
  }
  return found;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-';

/** Reads the strings that font/make_font.py writes. */
function decodeGlyph(text: string): Glyph {
  const number = (i: number, from: string) => 64 * alphabet.indexOf(from[i]) + alphabet.indexOf(from[i + 1]);
  const outline = text.slice(2);
  return {
    advance: number(0, text) / 512,
    contours: outline === '' ? [] : outline.split(' ').map((points) => flatten(readPoints(points))),
  };

  function readPoints(points: string): CurvePoint[] {
    const out: CurvePoint[] = [];
    for (let i = 0; i < points.length; i += 4) {
      const x = number(i, points);
      out.push({ x: ((x & 2047) - 512) / 512, y: (number(i + 2, points) - 512) / 512, on: x >= 2048 });
    }
    return out;
  }
}

interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly on: boolean;
}

/** TrueType's quadratic curves as straight pieces, eight a curve: below a tenth of a pixel up to 100 pixels an em. */
function flatten(points: readonly CurvePoint[]): number[] {
  const out: number[] = [];
  const n = points.length;
  const middle = (a: CurvePoint, b: CurvePoint) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  for (let i = 0; i < n; i++) {
    const point = points[i];
    if (point.on) {
      out.push(point.x, point.y);
      continue;
    }
    const before = points[(i + n - 1) % n];
    const after = points[(i + 1) % n];
    const start = before.on ? before : middle(before, point);
    const end = after.on ? after : middle(point, after);
    for (let k = before.on ? 1 : 0; k < 8; k++) {
      const t = k / 8;
      const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
      out.push(a * start.x + b * point.x + c * end.x, a * start.y + b * point.y + c * end.y);
    }
  }
  return out;
}

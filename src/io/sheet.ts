import { FwplusError } from '../errors.js';
import { blit, enlargeNearest, fillRect } from './draw/canvas.js';
import { drawText, measureText, type TextStyle, wrapText } from './draw/text.js';
import { hairline, ink, inkQuiet, paper } from './draw/theme.js';
import { createImage, type Image } from './image.js';
import { resizeLanczos } from './resize.js';

/** One picture of a sheet, with up to three lines of text below it ("\n" begins a new one). */
export interface SheetCell {
  readonly image: Image;
  readonly caption?: string;
}

/** One row of a sheet; the label stands to its left. An undefined cell stays empty. */
export interface SheetRow {
  readonly label?: string;
  readonly images: readonly (SheetCell | undefined)[];
}

export interface SheetOptions {
  /** A quiet line or two below the title. */
  readonly subtitle?: string;
  /** A heading above each column. */
  readonly columns?: readonly string[];
  /** The side of the square that each picture is fitted into, in pixels. Default 256. */
  readonly cell?: number;
  /** How small pictures are enlarged: smoothly, or by a whole factor with every pixel a square. Default lanczos. */
  readonly enlarge?: 'lanczos' | 'nearest';
}

const titleStyle: TextStyle = { size: 26, weight: 'semibold' };
const subtitleStyle: TextStyle = { size: 15 };
const headingStyle: TextStyle = { size: 15, weight: 'semibold' };
const labelStyle: TextStyle = { size: 15, weight: 'semibold' };
const captionStyle: TextStyle = { size: 14 };
const lineHeight = 1.4;
const margin = 48;
const gutter = 20;
const rowGap = 28;
const labelWidth = 168;
const captionLines = 3;

/**
 * A comparison sheet: rows of pictures with labels and captions under a title, on white. Pictures keep their proportions
 * and are centred in square cells. Throws a `FwplusError` where there is no picture at all.
 */
export function sheet(rows: readonly SheetRow[], title: string, options: SheetOptions = {}): Image {
  const cell = options.cell ?? 256;
  const columns = Math.max(0, ...rows.map((row) => row.images.length));
  if (columns === 0) throw new FwplusError(`Making the sheet "${title}": it has no pictures.`);

  const labels = rows.map((row) => (row.label ? wrapText(row.label, labelWidth, labelStyle) : []));
  const widest = Math.max(0, ...labels.flat().map((line) => measureText(line, labelStyle)));
  const left = margin + (widest > 0 ? Math.ceil(widest) + gutter : 0);
  const grid = columns * cell + (columns - 1) * gutter;
  const words = Math.max(
    measureText(title, titleStyle),
    options.subtitle ? Math.min(640, measureText(options.subtitle, subtitleStyle)) : 0,
  );
  const width = Math.ceil(Math.max(left + grid, margin + Math.min(words, 960)) + margin);
  const titles = wrapText(title, width - 2 * margin, titleStyle);
  const subtitles = options.subtitle ? wrapText(options.subtitle, width - 2 * margin, subtitleStyle) : [];
  const headings = Array.from({ length: columns }, (_, i) =>
    wrapText(options.columns?.[i] ?? '', cell, headingStyle, 2).filter((line) => line !== ''),
  );
  const headingLines = Math.max(...headings.map((lines) => lines.length));
  const captions = rows.map((row) =>
    row.images.map((item) => (item?.caption ? wrapText(item.caption, cell, captionStyle, captionLines) : [])),
  );

  const top =
    margin +
    block(titles, titleStyle) +
    block(subtitles, subtitleStyle) +
    gutter +
    (headingLines > 0 ? headingLines * step(headingStyle) + 8 : 0);
  const rowHeights = captions.map((row) => {
    const lines = Math.max(0, ...row.map((caption) => caption.length));
    return cell + (lines > 0 ? 8 + lines * step(captionStyle) : 0);
  });
  const height = top + rowHeights.reduce((sum, row) => sum + row + rowGap, -rowGap) + margin;
  const out = createImage(width, Math.ceil(height), paper);

  let y = margin;
  y = drawLines(out, titles, margin, y, titleStyle, ink, 'left');
  drawLines(out, subtitles, margin, y, subtitleStyle, inkQuiet, 'left');
  for (const [i, lines] of headings.entries()) {
    const first = top - 8 - lines.length * step(headingStyle);
    drawLines(out, lines, left + i * (cell + gutter) + cell / 2, first, headingStyle, ink, 'centre');
  }
  y = top;
  for (const [r, row] of rows.entries()) {
    const middle = y + (cell - labels[r].length * step(labelStyle)) / 2;
    drawLines(out, labels[r], margin, middle, labelStyle, ink, 'left');
    for (const [i, item] of row.images.entries()) {
      if (!item) continue;
      const x = left + i * (cell + gutter);
      drawPicture(out, item.image, x, Math.round(y), cell, options.enlarge ?? 'lanczos');
      drawLines(out, captions[r][i], x + cell / 2, y + cell + 8, captionStyle, inkQuiet, 'centre');
    }
    y += rowHeights[r] + rowGap;
  }
  return out;
}

/** Draws a picture, fitted into a cell and centred there, with a hairline around it. */
function drawPicture(
  out: Image,
  image: Image,
  x: number,
  y: number,
  cell: number,
  enlarge: 'lanczos' | 'nearest',
): void {
  const scale = cell / Math.max(image.width, image.height);
  const size = (side: number) => Math.max(1, Math.round(side * scale));
  const fitted =
    enlarge === 'nearest' && scale >= 1
      ? enlargeNearest(image, Math.floor(scale))
      : resizeLanczos(image, size(image.width), size(image.height));
  const left = x + ((cell - fitted.width) >> 1);
  const top = y + ((cell - fitted.height) >> 1);
  fillRect(out, left - 1, top - 1, fitted.width + 2, fitted.height + 2, hairline);
  blit(out, fitted, left, top);
}

/** Draws lines downwards from `top`; returns where the next line would begin. */
function drawLines(
  out: Image,
  lines: readonly string[],
  x: number,
  top: number,
  style: TextStyle,
  colour: typeof ink,
  align: 'left' | 'centre',
): number {
  for (const [i, line] of lines.entries()) {
    const baseline = Math.round(top + i * step(style) + style.size * 1.05);
    drawText(out, line, x, baseline, { ...style, colour, align });
  }
  return top + block(lines, style);
}

/** The distance of two baselines. */
function step(style: TextStyle): number {
  return Math.round(style.size * lineHeight);
}

/** The height of some lines, with a little room below. */
function block(lines: readonly string[], style: TextStyle): number {
  return lines.length * step(style) + (lines.length > 0 ? 4 : 0);
}

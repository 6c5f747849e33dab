import type { Image } from '../image.js';
import { type Colour, createMask, paint } from './canvas.js';

/**
 * Draws a line of `width` pixels through points (x, y, x, y, …) with round joins and ends, anti-aliased by the distance
 * to the line. Where it meets itself it is not darker. `dash` is the length of dashes and gaps in pixels.
 */
export function strokePolyline(
  image: Image,
  points: readonly number[],
  width: number,
  colour: Colour,
  dash?: number,
): void {
  const reach = width / 2 + 1;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i] - reach);
    right = Math.max(right, points[i] + reach);
    top = Math.min(top, points[i + 1] - reach);
    bottom = Math.max(bottom, points[i + 1] + reach);
  }
  const mask = createMask(image, left, top, right, bottom);
  for (const [x0, y0, x1, y1] of dash ? dashes(points, dash) : segments(points)) {
    const startX = Math.max(mask.x, Math.floor(Math.min(x0, x1) - reach));
    const endX = Math.min(mask.x + mask.width, Math.ceil(Math.max(x0, x1) + reach));
    const startY = Math.max(mask.y, Math.floor(Math.min(y0, y1) - reach));
    const endY = Math.min(mask.y + mask.height, Math.ceil(Math.max(y0, y1) + reach));
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    for (let y = startY; y < endY; y++) {
      for (let x = startX; x < endX; x++) {
        const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
        const t = squared === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / squared));
        const distance = Math.hypot(px - t * dx, py - t * dy);
        const cover = Math.max(0, Math.min(1, width, width / 2 + 0.5 - distance));
        const i = (y - mask.y) * mask.width + x - mask.x;
        if (cover > mask.coverage[i]) mask.coverage[i] = cover;
      }
    }
  }
  paint(image, mask, colour);
}

type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

function* segments(points: readonly number[]): Generator<Segment> {
  for (let i = 0; i + 3 < points.length; i += 2) {
    yield [points[i], points[i + 1], points[i + 2], points[i + 3]];
  }
}

/** The pieces of the line that dashes of equal length and gap leave of it. */
function* dashes(points: readonly number[], dash: number): Generator<Segment> {
  let walked = 0;
  for (const [x0, y0, x1, y1] of segments(points)) {
    const length = Math.hypot(x1 - x0, y1 - y0);
    for (let k = Math.floor(walked / dash); k * dash < walked + length; k++) {
      if (k % 2 === 1) continue;
      const a = Math.max(0, k * dash - walked) / length;
      const b = Math.min(length, (k + 1) * dash - walked) / length;
      yield [x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b];
    }
    walked += length;
  }
}

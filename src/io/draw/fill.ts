import type { Image } from '../image.js';
import { type Colour, createMask, paint } from './canvas.js';

/** A closed outline: x, y, x, y, … in pixels. */
export type Contour = readonly number[];

/**
 * Fills closed outlines, anti-aliased by the exact area covered in every pixel (the accumulation of signed trapezoids of
 * Raph Levien's font-rs). Contours of opposite direction cut holes; equal ones may overlap.
 */
export function fillContours(image: Image, contours: readonly Contour[], colour: Colour): void {
  const box = bounds(contours);
  const mask = createMask(image, box.left, box.top, box.right, box.bottom);
  if (mask.width === 0 || mask.height === 0) return;
  // One column more takes what an edge leaves to the pixel on its right.
  const stride = mask.width + 1;
  const areas = new Float64Array(stride * mask.height);
  for (const contour of contours) {
    const n = contour.length;
    for (let i = 0; i < n; i += 2) {
      const j = (i + 2) % n;
      addEdge(
        areas,
        stride,
        mask.height,
        contour[i] - mask.x,
        contour[i + 1] - mask.y,
        contour[j] - mask.x,
        contour[j + 1] - mask.y,
      );
    }
  }
  for (let y = 0; y < mask.height; y++) {
    let sum = 0;
    for (let x = 0; x < mask.width; x++) {
      sum += areas[y * stride + x];
      mask.coverage[y * mask.width + x] = Math.min(1, Math.abs(sum));
    }
  }
  paint(image, mask, colour);
}

function bounds(contours: readonly Contour[]): { left: number; top: number; right: number; bottom: number } {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const contour of contours) {
    for (let i = 0; i < contour.length; i += 2) {
      box.left = Math.min(box.left, contour[i]);
      box.right = Math.max(box.right, contour[i]);
      box.top = Math.min(box.top, contour[i + 1]);
      box.bottom = Math.max(box.bottom, contour[i + 1]);
    }
  }
  return box;
}

/** Adds one edge's share to the running sums: each row's entry says by how much coverage changes at that pixel. */
function addEdge(
  areas: Float64Array,
  stride: number,
  height: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  if (y0 === y1) return;
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  const last = Math.min(height, Math.ceil(bottomY));
  for (let row = Math.max(0, Math.floor(topY)); row < last; row++) {
    const from = Math.max(row, topY);
    const to = Math.min(row + 1, bottomY);
    const a = clamp(topX + (from - topY) * slope, stride - 1);
    const b = clamp(topX + (to - topY) * slope, stride - 1);
    addRow(areas, row * stride, Math.min(a, b), Math.max(a, b), direction * (to - from));
  }
}

/** One row of an edge that runs from `left` to `right` while it descends by |height| of a pixel. */
function addRow(areas: Float64Array, row: number, left: number, right: number, height: number): void {
  const first = Math.floor(left);
  const last = Math.ceil(right);
  if (last <= first + 1) {
    const middle = (left + right) / 2 - first;
    areas[row + first] += height * (1 - middle);
    if (middle > 0) areas[row + first + 1] += height * middle;
    return;
  }
  // Coverage to the right of the edge grows as a parabola, a line and a parabola over the pixels it crosses.
  const slope = height / (right - left);
  let before = 0;
  for (let x = first; x < last; x++) {
    const from = Math.max(left, x);
    const to = Math.min(right, x + 1);
    const covered = slope * (to - from) * (x + 1 - (from + to) / 2);
    areas[row + x] += before + covered;
    before = slope * (to - from) - covered;
  }
  if (before !== 0) areas[row + last] += before;
}

function clamp(value: number, high: number): number {
  return Math.max(0, Math.min(high, value));
}

import type { Image } from './image.js';

/** Undoes one row's filter in place (PNG specification, section 9). `above` is the row above, already unfiltered. */
export function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  const n = row.length;
  if (filter === 1) {
    for (let i = pixelBytes; i < n; i++) row[i] += row[i - pixelBytes];
  } else if (filter === 2) {
    for (let i = 0; i < n; i++) row[i] += above[i];
  } else if (filter === 3) {
    for (let i = 0; i < n; i++) row[i] += ((i < pixelBytes ? 0 : row[i - pixelBytes]) + above[i]) >> 1;
  } else if (filter === 4) {
    for (let i = 0; i < n; i++) {
      row[i] += i < pixelBytes ? above[i] : paeth(row[i - pixelBytes], above[i], above[i - pixelBytes]);
    }
  }
}

/** The rows of an RGB picture as IDAT holds them: each with the filter whose residuals have the least absolute sum. */
export function encodeRows({ width, height, data }: Image): Uint8Array {
  const length = width * 3;
  const out = new Uint8Array(height * (length + 1));
  const trial = new Uint8Array(length);
  let above: Uint8Array = new Uint8Array(length);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * length, (y + 1) * length);
    const target = out.subarray(y * (length + 1), (y + 1) * (length + 1));
    let least = Number.POSITIVE_INFINITY;
    for (let filter = 0; filter <= 4; filter++) {
      const sum = filterRow(filter, row, above, trial);
      if (sum >= least) continue;
      least = sum;
      target[0] = filter;
      target.set(trial, 1);
    }
    above = row;
  }
  return out;
}

/** Filters one RGB row into `out`; returns the sum of the residuals' absolute values as signed bytes. */
function filterRow(filter: number, row: Uint8Array, above: Uint8Array, out: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const left = i < 3 ? 0 : row[i - 3];
    const up = above[i];
    let predicted = 0;
    if (filter === 1) predicted = left;
    else if (filter === 2) predicted = up;
    else if (filter === 3) predicted = (left + up) >> 1;
    else if (filter === 4) predicted = paeth(left, up, i < 3 ? 0 : above[i - 3]);
    const residual = (row[i] - predicted) & 0xff;
    out[i] = residual;
    sum += residual < 128 ? residual : 256 - residual;
  }
  return sum;
}

function paeth(left: number, up: number, corner: number): number {
  const dLeft = Math.abs(up - corner);
  const dUp = Math.abs(left - corner);
  const dCorner = Math.abs(left + up - 2 * corner);
  if (dLeft <= dUp && dLeft <= dCorner) return left;
  return dUp <= dCorner ? up : corner;
}

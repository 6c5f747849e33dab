import { FwplusError } from '../errors.js';
import type { Image } from './image.js';

const bits = 22;

/** For every output sample: where its taps begin, how many there are, and their weights (`stride` apart). */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

/**
 * Resizes to width × height by Lanczos with a = 3, byte for byte as `Image.resize(size, LANCZOS)` of Pillow up to 12 (as
 * the paper's program used it): weights of 22-bit integers, horizontal pass first, each pass rounded to 8 bit, a pass whose
 * size does not change left out (Pillow, src/libImaging/Resample.c). Pillow 13 takes the vertical pass first where the
 * height shrinks more than the width, and differs by a few grey levels there.
 */
export function resizeLanczos(image: Image, width: number, height: number): Image {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new FwplusError(
      `Resizing a ${image.width}×${image.height} image: found the size ${width}×${height}, wanted positive integers.`,
    );
  }
  let data = image.data;
  if (width !== image.width) data = horizontal(data, image.width, image.height, width);
  if (height !== image.height) data = vertical(data, width, image.height, height);
  return { width, height, data: data === image.data ? data.slice() : data };
}

function horizontal(data: Uint8Array, width: number, height: number, to: number): Uint8Array {
  const { first, count, weights, stride } = lanczosTaps(width, to);
  const out = new Uint8Array(to * height * 3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < to; x++, o += 3) {
      let r = 1 << (bits - 1);
      let g = r;
      let b = r;
      let i = 3 * (y * width + first[x]);
      for (let k = x * stride, end = k + count[x]; k < end; k++, i += 3) {
        const weight = weights[k];
        r += data[i] * weight;
        g += data[i + 1] * weight;
        b += data[i + 2] * weight;
      }
      out[o] = clip(r >> bits);
      out[o + 1] = clip(g >> bits);
      out[o + 2] = clip(b >> bits);
    }
  }
  return out;
}

function vertical(data: Uint8Array, width: number, height: number, to: number): Uint8Array {
  const { first, count, weights, stride } = lanczosTaps(height, to);
  const row = width * 3;
  const out = new Uint8Array(row * to);
  const sums = new Int32Array(row);
  for (let y = 0; y < to; y++) {
    sums.fill(1 << (bits - 1));
    for (let k = 0; k < count[y]; k++) {
      const weight = weights[y * stride + k];
      const from = (first[y] + k) * row;
      for (let i = 0; i < row; i++) sums[i] += data[from + i] * weight;
    }
    for (let i = 0; i < row; i++) out[y * row + i] = clip(sums[i] >> bits);
  }
  return out;
}

/** The weights of one axis, computed in float64 and rounded to 22-bit integers. */
function lanczosTaps(from: number, to: number): Taps {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = 3 * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * stride);
  const row = new Float64Array(stride);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(from, Math.trunc(centre + support + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      row[k] = lanczos((k + begin - centre + 0.5) / filterScale);
      sum += row[k];
    }
    for (let k = 0; k < n; k++) {
      const weight = (row[k] / sum) * (1 << bits);
      weights[i * stride + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = begin;
    count[i] = n;
  }
  return { first, count, weights, stride };
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function clip(value: number): number {
  return Math.max(0, Math.min(255, value));
}

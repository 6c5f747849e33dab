/** Pooling and resampling, in plain loops. Images NHWC. */
import { image, type Values, values } from '../values.js';

export function averagePool(x: Values, size: number): Values {
  return pool(x, size, size, (window) => window.reduce((sum, value) => sum + value, 0) / window.length);
}

export function maxPool(x: Values, size: number, stride: number): Values {
  return pool(x, size, stride, (window) => Math.max(...window));
}

function pool(x: Values, size: number, stride: number, reduce: (window: number[]) => number): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const sideOf = (side: number) => Math.floor((side - size) / stride) + 1;
  const { out, at } = image([batch, sideOf(height), sideOf(width), channels]);
  const from = image(x.shape).at;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < sideOf(height); y++) {
      for (let z = 0; z < sideOf(width); z++) {
        for (let c = 0; c < channels; c++) {
          const window: number[] = [];
          for (let a = 0; a < size; a++) {
            for (let b = 0; b < size; b++) window.push(x.data[from(n, stride * y + a, stride * z + b, c)]);
          }
          out.data[at(n, y, z, c)] = reduce(window);
        }
      }
    }
  }
  return out;
}

/** A function of one line of pixels, applied to all columns and then to all rows. */
function separable(
  x: Values,
  line: (values: number[], to: number) => number[],
  toHeight: number,
  toWidth: number,
) {
  return transposed(alongHeight(transposed(alongHeight(x, line, toHeight)), line, toWidth));
}

function alongHeight(x: Values, line: (values: number[], to: number) => number[], to: number): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { out, at } = image([batch, to, width, channels]);
  const from = image(x.shape).at;
  for (let n = 0; n < batch; n++) {
    for (let z = 0; z < width; z++) {
      for (let c = 0; c < channels; c++) {
        const column = Array.from({ length: height }, (_, y) => x.data[from(n, y, z, c)]);
        line(column, to).forEach((value, y) => {
          out.data[at(n, y, z, c)] = value;
        });
      }
    }
  }
  return out;
}

function transposed(x: Values): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { out, at } = image([batch, width, height, channels]);
  const from = image(x.shape).at;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let z = 0; z < width; z++) {
        for (let c = 0; c < channels; c++) out.data[at(n, z, y, c)] = x.data[from(n, y, z, c)];
      }
    }
  }
  return out;
}

/** Cubic convolution with a = -3/4, borders repeated, by the polynomials in the fraction t. */
export function bicubic(x: Values, height: number, width: number): Values {
  const a = -0.75;
  const line = (from: number[], to: number) =>
    Array.from({ length: to }, (_, o) => {
      const position = ((o + 0.5) * from.length) / to - 0.5;
      const cell = Math.floor(position);
      const t = position - cell;
      const u = 1 - t;
      const near = (s: number) => (a + 2) * s ** 3 - (a + 3) * s ** 2 + 1;
      const far = (s: number) => a * (s + 1) ** 3 - 5 * a * (s + 1) ** 2 + 8 * a * (s + 1) - 4 * a;
      const value = (i: number) => from[Math.min(from.length - 1, Math.max(0, i))];
      return (
        far(t) * value(cell - 1) +
        near(t) * value(cell) +
        near(u) * value(cell + 1) +
        far(u) * value(cell + 2)
      );
    });
  return separable(x, line, height, width);
}

/** Every input's tent, as wide as the distance of two inputs, at the place of each output. */
export function bilinear(x: Values, height: number, width: number): Values {
  const line = (from: number[], to: number) =>
    Array.from({ length: to }, (_, o) => {
      const position = to === 1 ? 0 : (o / (to - 1)) * (from.length - 1);
      return from.reduce((sum, value, i) => sum + value * Math.max(0, 1 - Math.abs(position - i)), 0);
    });
  return separable(x, line, height, width);
}

/** Zeros between the pixels, then the filter [1, 3, 3, 1] / 4 with zeros around: two rows before, one after. */
export function upsample2(x: Values): Values {
  const line = (from: number[], to: number) => {
    const sparse = from.flatMap((value) => [value, 0]);
    return Array.from({ length: to }, (_, o) =>
      [1, 3, 3, 1].reduce((sum, tap, k) => sum + (tap / 4) * (sparse[o + k - 2] ?? 0), 0),
    );
  };
  return separable(x, line, 2 * x.shape[1], 2 * x.shape[2]);
}

/** The mean over pixels of Σ_c w (a − b)², for each sample. */
export function featureDistance(a: Values, b: Values, weights: Values): Values {
  const [batch, height, width, channels] = a.shape as [number, number, number, number];
  const out = values([batch]);
  const size = height * width * channels;
  for (let at = 0; at < a.data.length; at++) {
    const square = (a.data[at] - b.data[at]) ** 2;
    out.data[Math.floor(at / size)] += (weights.data[at % channels] * square) / (height * width);
  }
  return out;
}

/** The mean of all pixels, [N, 1, 1, C]. */
export function globalAverage(x: Values): Values {
  return pool(x, x.shape[1], 1, (window) => window.reduce((sum, value) => sum + value, 0) / window.length);
}

/** Every channel of every sample times its factor. */
export function channelScale(x: Values, factors: Values): Values {
  const channels = x.shape.at(-1) as number;
  const size = x.data.length / x.shape[0];
  const factor = (at: number) => factors.data[Math.floor(at / size) * channels + (at % channels)];
  return values(
    x.shape,
    x.data.map((value, at) => value * factor(at)),
  );
}

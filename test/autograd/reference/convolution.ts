/** Convolution and what goes around it, in plain loops. Images NHWC. */
import { type Activation, LINEAR } from '../../../src/autograd/ops/activation.js';
import { image, type Values, values } from '../values.js';

export interface Options {
  readonly stride?: number;
  readonly padding?: number;
  readonly transposed?: boolean;
  readonly scaleIn?: Values;
  readonly scaleOut?: Values;
  readonly bias?: Values;
  readonly noise?: { readonly map: Values; readonly strength: number };
  readonly activation?: Activation;
}

export function activate(z: number, { slope, gain, limit }: Activation): number {
  const y = gain * (z < 0 ? slope * z : z);
  return Math.min(limit, Math.max(-limit, y));
}

/** Every product of an input and a weight is added to the output it belongs to. */
export function convolution(x: Values, weight: Values, options: Options = {}): Values {
  const { stride = 1, padding = 0, transposed = false } = options;
  const [batch, height, width, inputs] = x.shape as [number, number, number, number];
  const [outputs, , kernel] = weight.shape as [number, number, number];
  const sideOf = (side: number) =>
    transposed
      ? (side - 1) * stride + kernel - 2 * padding
      : Math.floor((side + 2 * padding - kernel) / stride) + 1;
  const [outHeight, outWidth] = [sideOf(height), sideOf(width)];
  const { out, at } = image([batch, outHeight, outWidth, outputs]);
  const from = image(x.shape).at;
  // Rows and columns of the coarse side, the output's or, transposed, the input's.
  const [coarseHeight, coarseWidth] = transposed ? [height, width] : [outHeight, outWidth];
  const [fineHeight, fineWidth] = transposed ? [outHeight, outWidth] : [height, width];
  for (let n = 0; n < batch; n++) {
    for (let cy = 0; cy < coarseHeight; cy++) {
      for (let cx = 0; cx < coarseWidth; cx++) {
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const fy = stride * cy + ky - padding;
            const fx = stride * cx + kx - padding;
            if (fy < 0 || fy >= fineHeight || fx < 0 || fx >= fineWidth) continue;
            const [iy, ix, oy, ox] = transposed ? [cy, cx, fy, fx] : [fy, fx, cy, cx];
            const target = at(n, oy, ox, 0);
            for (let i = 0; i < inputs; i++) {
              const value = x.data[from(n, iy, ix, i)] * (options.scaleIn?.data[n * inputs + i] ?? 1);
              for (let o = 0; o < outputs; o++) {
                out.data[target + o] += value * weight.data[((o * inputs + i) * kernel + ky) * kernel + kx];
              }
            }
          }
        }
      }
    }
  }
  return epilogue(out, options);
}

/** act(scaleOut · u + strength · noise + bias). */
export function epilogue(u: Values, { scaleOut, bias, noise, activation = LINEAR }: Options): Values {
  const [batch, height, width, channels] = u.shape as [number, number, number, number];
  const { out, at } = image(u.shape);
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          let z = u.data[at(n, y, x, c)] * (scaleOut?.data[n * channels + c] ?? 1) + (bias?.data[c] ?? 0);
          if (noise) z += noise.strength * noise.map.data[y * width + x];
          out.data[at(n, y, x, c)] = activate(z, activation);
        }
      }
    }
  }
  return out;
}

const FIR = [1, 3, 3, 1];

/** The [1, 3, 3, 1] filter in both directions, summing to 4, one pixel of zeros around; then the epilogue. */
export function blur(x: Values, options: Options): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { out, at } = image([batch, height - 1, width - 1, channels]);
  const from = image(x.shape).at;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height - 1; y++) {
      for (let c = 0; c < channels; c++) {
        for (let z = 0; z < width - 1; z++) {
          for (let a = 0; a < 4; a++) {
            for (let b = 0; b < 4; b++) {
              const [iy, ix] = [y + a - 1, z + b - 1];
              if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
              out.data[at(n, y, z, c)] += ((FIR[a] * FIR[b]) / 16) * x.data[from(n, iy, ix, c)];
            }
          }
        }
      }
    }
  }
  return epilogue(out, options);
}

/** (Σ_{i, k} (W s_i)² + epsilon)^(-1/2) */
export function demodulation(s: Values, weight: Values, epsilon: number): Values {
  const [batch, inputs] = s.shape as [number, number];
  const outputs = weight.shape[0];
  const taps = weight.data.length / (outputs * inputs);
  const d = values([batch, outputs]);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      let sum = epsilon;
      for (let i = 0; i < inputs; i++) {
        for (let k = 0; k < taps; k++) {
          sum += (weight.data[(o * inputs + i) * taps + k] * s.data[n * inputs + i]) ** 2;
        }
      }
      d.data[n * outputs + o] = 1 / Math.sqrt(sum);
    }
  }
  return d;
}

/** The textbook form: weights modulated and demodulated for each sample, then convolved. */
export function modulatedConvolution(
  x: Values,
  s: Values,
  weight: Values,
  options: Options & { readonly demodulate?: number; readonly up?: boolean },
): Values {
  const [batch, height, width, inputs] = x.shape as [number, number, number, number];
  const [outputs, , kernel] = weight.shape as [number, number, number];
  const d = options.demodulate === undefined ? undefined : demodulation(s, weight, options.demodulate);
  const grown = options.up ? [2 * height + 1, 2 * width + 1] : [height, width];
  const { out } = image([batch, grown[0], grown[1], outputs]);
  for (let n = 0; n < batch; n++) {
    const own = values(weight.shape, weight.data);
    const taps = kernel * kernel;
    own.data.forEach((value, index) => {
      const o = Math.floor(index / (inputs * taps));
      const i = Math.floor(index / taps) % inputs;
      own.data[index] = value * s.data[n * inputs + i] * (d?.data[n * outputs + o] ?? 1);
    });
    const size = height * width * inputs;
    const sample = values([1, height, width, inputs], x.data.slice(n * size, (n + 1) * size));
    const made = convolution(
      sample,
      own,
      options.up ? { stride: 2, transposed: true } : { padding: (kernel - 1) / 2 },
    );
    out.data.set(made.data, n * made.data.length);
  }
  const { bias, noise, activation } = options;
  const rest = { ...(bias && { bias }), ...(noise && { noise }), ...(activation && { activation }) };
  return options.up ? blur(out, rest) : epilogue(out, rest);
}

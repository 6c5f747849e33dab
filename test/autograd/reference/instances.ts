/** What StyleGAN1 puts around its convolutions, in plain loops. Images NHWC. */
import type { Activation } from '../../../src/autograd/ops/activation.js';
import { image, type Values, values } from '../values.js';
import { activate } from './convolution.js';
import { map } from './rows.js';

/** The binomial filter of nine taps, zeros outside. */
export function smooth(x: Values): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { out, at } = image(x.shape);
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let z = 0; z < width; z++) {
        for (let c = 0; c < channels; c++) {
          for (let a = Math.max(0, y - 1); a <= Math.min(height - 1, y + 1); a++) {
            for (let b = Math.max(0, z - 1); b <= Math.min(width - 1, z + 1); b++) {
              const factor = (2 - Math.abs(a - y)) * (2 - Math.abs(b - z));
              out.data[at(n, y, z, c)] += (factor / 16) * x.data[at(n, a, b, c)];
            }
          }
        }
      }
    }
  }
  return out;
}

export function noiseActivation(
  x: Values,
  noise: Values,
  strength: Values,
  bias: Values,
  activation: Activation,
): Values {
  const channels = bias.data.length;
  return map(x, (value, at) => {
    const c = at % channels;
    const pixel = Math.floor(at / channels) % noise.data.length;
    return activate(value + strength.data[c] * noise.data[pixel] + bias.data[c], activation);
  });
}

export function instanceNorm(x: Values, scale: Values, shift: Values, epsilon = 1e-8): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pixels = height * width;
  const out = values(x.shape);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const own = Array.from({ length: pixels }, (_, pixel) => (n * pixels + pixel) * channels + c);
      const mean = own.reduce((sum, at) => sum + x.data[at], 0) / pixels;
      const variance = own.reduce((sum, at) => sum + (x.data[at] - mean) ** 2, 0) / pixels;
      const rate = 1 / Math.sqrt(variance + epsilon);
      const style = n * channels + c;
      for (const at of own) out.data[at] = scale.data[style] * (x.data[at] - mean) * rate + shift.data[style];
    }
  }
  return out;
}

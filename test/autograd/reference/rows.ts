/** Operations on the last axis, elementwise ones and sums over samples, in plain loops. */
import { type Activation, LINEAR } from '../../../src/autograd/ops/activation.js';
import type { StyleLayer } from '../../../src/autograd/ops/styles.js';
import { type Values, values } from '../values.js';
import { activate } from './convolution.js';

export function map(a: Values, each: (value: number, at: number) => number): Values {
  return values(a.shape, a.data.map(each));
}

/** `each` applied to every vector along the last axis. */
function rowwise(x: Values, width: number, each: (row: number[]) => number[]): Values {
  const length = x.shape.at(-1) as number;
  const out: number[] = [];
  for (let at = 0; at < x.data.length; at += length) out.push(...each([...x.data.slice(at, at + length)]));
  return values([...x.shape.slice(0, -1), width], out);
}

const squares = (row: number[]): number => row.reduce((sum, value) => sum + value * value, 0);

export function fullyConnected(
  x: Values,
  weight: Values,
  bias: Values | undefined,
  activation: Activation = LINEAR,
): Values {
  const [outputs, inputs] = weight.shape as [number, number];
  return rowwise(x, outputs, (row) =>
    Array.from({ length: outputs }, (_, o) => {
      const sum = row.reduce(
        (total, value, i) => total + value * weight.data[o * inputs + i],
        bias?.data[o] ?? 0,
      );
      return activate(sum, activation);
    }),
  );
}

export function channelAffine(x: Values, scale: Values, shift: Values, activation: Activation): Values {
  return rowwise(x, scale.data.length, (row) =>
    row.map((value, c) => activate(scale.data[c] * value + shift.data[c], activation)),
  );
}

export function unitNormalise(x: Values, epsilon = 1e-10): Values {
  return rowwise(x, x.shape.at(-1) as number, (row) => {
    const length = Math.sqrt(squares(row)) + epsilon;
    return row.map((value) => value / length);
  });
}

export function normaliseSecondMoment(x: Values): Values {
  return rowwise(x, x.shape.at(-1) as number, (row) => {
    const root = Math.sqrt(squares(row) / row.length + 1e-8);
    return row.map((value) => value / root);
  });
}

/** One [N, C] a layer. */
export function styles(code: Values, layers: readonly StyleLayer[]): Values[] {
  const [batch, rows, width] = code.shape as [number, number, number];
  return layers.map(({ row, weight, bias }) => {
    const out = values([batch, bias.length]);
    for (let n = 0; n < batch; n++) {
      bias.forEach((start, j) => {
        let sum = start;
        for (let d = 0; d < width; d++)
          sum += weight[j * width + d] * code.data[(n * rows + row) * width + d];
        out.data[n * bias.length + j] = sum;
      });
    }
    return out;
  });
}

/** average + psi[row] · (w − average), [N, rows, width]. */
export function truncation(w: Values, average: Values, psi: Values): Values {
  const width = average.data.length;
  const rows = psi.data.length;
  const out = values([w.shape[0], rows, width]);
  return map(out, (_, at) => {
    const d = at % width;
    const n = Math.floor(at / (rows * width));
    const strength = psi.data[Math.floor(at / width) % rows];
    return average.data[d] + strength * (w.data[n * width + d] - average.data[d]);
  });
}

/** Σ each(a, b) / divisor for each sample. */
export function sampleSums(
  a: Values,
  b: Values,
  divisor: number,
  each: (a: number, b: number) => number,
): Values {
  const batch = a.shape[0];
  const size = a.data.length / batch;
  const out = values([batch]);
  a.data.forEach((value, at) => {
    out.data[Math.floor(at / size)] += each(value, b.data[at]) / divisor;
  });
  return out;
}

/** Adam's step t (0-based) on one value with its moments, from the paper's algorithm. */
export function adamStep(
  state: { value: number; first: number; second: number },
  gradient: number,
  t: number,
  rate: number,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {},
): void {
  state.first = beta1 * state.first + (1 - beta1) * gradient;
  state.second = beta2 * state.second + (1 - beta2) * gradient ** 2;
  const first = state.first / (1 - beta1 ** (t + 1));
  const second = state.second / (1 - beta2 ** (t + 1));
  state.value -= (rate * first) / (Math.sqrt(second) + epsilon);
}

export function prelu(x: Values, slope: Values): Values {
  const channels = slope.data.length;
  return map(x, (value, at) => (value < 0 ? slope.data[at % channels] * value : value));
}

export function sigmoid(x: Values): Values {
  return map(x, (value) => 1 / (1 + Math.exp(-value)));
}

/** Parts [N, 1, 1, C] to [N, parts, C]. */
export function stack(parts: readonly Values[]): Values {
  const [batch, , , width] = parts[0].shape as [number, number, number, number];
  const out = values([batch, parts.length, width]);
  parts.forEach(({ data }, row) => {
    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < width; c++) out.data[(n * parts.length + row) * width + c] = data[n * width + c];
    }
  });
  return out;
}

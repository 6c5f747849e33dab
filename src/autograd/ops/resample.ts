/** Separable resampling of images by tables made in float64; see shaders/resample.wgsl. */
import { linearGrid } from '../../engine/launch.js';
import { assertShape, type Tensor } from '../tensor.js';

/** For every output along one axis, the inputs that it sums: [index, weight]. */
export type Taps = readonly (readonly (readonly [index: number, weight: number])[])[];

const IMAGE_CHANNELS = 3;

/**
 * x [N, H, W, C] to [N, vertical.length, horizontal.length, C], added to `onto` of that shape where it is given.
 * Gradient of x: the transposed tables, through the same kernel. The gradient passes to `onto` unchanged.
 */
export function resample(x: Tensor, vertical: Taps, horizontal: Taps, onto?: Tensor): Tensor {
  assertShape('resample', x, [null, null, null, null]);
  const { graph } = x;
  const [batch, inHeight, inWidth, channels] = x.shape as [number, number, number, number];
  const rows = tableOf(vertical, inHeight);
  const columns = tableOf(horizontal, inWidth);
  const [outHeight, outWidth] = [vertical.length, horizontal.length];
  const together = channels === IMAGE_CHANNELS ? IMAGE_CHANNELS : 1;
  const shape = [batch, outHeight, outWidth, channels];
  if (onto) assertShape('resample onto', onto, shape);
  const [out] = graph.operation({
    name: 'resample',
    inputs: [x, ...(onto ? [onto] : [])],
    shapes: [shape],
    overwrites: onto,
    lower: (emit, [y]) =>
      emit.launch({
        kernel: 'resample',
        constants: { CHANNELS: together },
        bindings: {
          rows: graph.constant('rows', [rows.data.length], rows.data),
          columns: graph.constant('columns', [columns.data.length], columns.data),
          x,
          y: y!,
        },
        params: {
          batch,
          inHeight,
          inWidth,
          outHeight,
          outWidth,
          channels,
          rowTaps: rows.taps,
          columnTaps: columns.taps,
          adds: onto ? 1 : 0,
        },
        workgroups: linearGrid(y!.size / together),
        flops: 2 * rows.taps * (columns.taps + 1) * y!.size,
      }),
    accumulates: [0],
    backward: ([dy], wanted, _, [sofar]) => [
      wanted[0] ? resample(dy!, adjoint(vertical, inHeight), adjoint(horizontal, inWidth), sofar) : undefined,
      dy,
    ],
  });
  return out!;
}

/**
 * Bicubic interpolation as PyTorch's F.interpolate(mode='bicubic', align_corners=False, antialias=False): a = −0.75,
 * indices clamped at the borders, no smoothing when it shrinks.
 */
export function bicubic(x: Tensor, height: number, width: number): Tensor {
  return resample(x, bicubicTaps(x.shape[1]!, height), bicubicTaps(x.shape[2]!, width));
}

/** Bilinear interpolation as PyTorch's F.interpolate(mode='bilinear', align_corners=True): corner pixels stay at the corners. */
export function bilinear(x: Tensor, height: number, width: number): Tensor {
  return resample(x, bilinearTaps(x.shape[1]!, height), bilinearTaps(x.shape[2]!, width));
}

/**
 * StyleGAN2's doubling of the RGB skip: out[2i] = ¾ x[i] + ¼ x[i − 1], out[2i + 1] = ¾ x[i] + ¼ x[i + 1], zeros outside; added to
 * `onto` [N, 2H, 2W, C] where it is given.
 */
export function upsample2(x: Tensor, onto?: Tensor): Tensor {
  return resample(x, doublingTaps(x.shape[1]!), doublingTaps(x.shape[2]!), onto);
}

function bicubicTaps(from: number, to: number): Taps {
  return Array.from({ length: to }, (_, o) => {
    const centre = ((o + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre);
    const weights = new Map<number, number>();
    for (let k = first - 1; k <= first + 2; k++) {
      const i = Math.min(from - 1, Math.max(0, k));
      weights.set(i, (weights.get(i) ?? 0) + cubic(Math.abs(centre - k)));
    }
    return [...weights];
  });
}

function bilinearTaps(from: number, to: number): Taps {
  return Array.from({ length: to }, (_, o): [number, number][] => {
    const position = to === 1 ? 0 : (o * (from - 1)) / (to - 1);
    const near = Math.floor(position);
    const far = position - near;
    return far === 0
      ? [[near, 1]]
      : [
          [near, 1 - far],
          [near + 1, far],
        ];
  });
}

const A = -0.75;

/** The cubic convolution kernel (Keys 1981). */
function cubic(distance: number): number {
  if (distance <= 1) return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
  if (distance < 2) return ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A;
  return 0;
}

function doublingTaps(from: number): Taps {
  return Array.from({ length: 2 * from }, (_, o): [number, number][] => {
    const near = o >> 1;
    const far = o % 2 === 0 ? near - 1 : near + 1;
    return far < 0 || far >= from
      ? [[near, 0.75]]
      : [
          [near, 0.75],
          [far, 0.25],
        ];
  });
}

/** The transposed table: for every one of `inputs`, the outputs that read it. */
export function adjoint(taps: Taps, inputs: number): Taps {
  const transposed = Array.from({ length: inputs }, (): [number, number][] => []);
  taps.forEach((list, output) => {
    for (const [input, weight] of list) transposed[input]!.push([output, weight]);
  });
  return transposed;
}

/** [outputs, taps] pairs (index, weight), padded with weight 0 at index 0. */
function tableOf(list: Taps, inputs: number): { data: Float32Array; taps: number } {
  const taps = Math.max(1, ...list.map(({ length }) => length));
  const data = new Float32Array(2 * taps * list.length);
  list.forEach((entries, output) => {
    entries.forEach(([index, weight], at) => {
      if (index < 0 || index >= inputs)
        throw new Error(`resample: output ${output} reads input ${index} of ${inputs}`);
      data.set([index, weight], 2 * (output * taps + at));
    });
  });
  return { data, taps };
}

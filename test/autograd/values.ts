/** Numbers for the tests: float64 arrays with a shape, and random ones that are the same in every run. */
import { type Shape, sizeOf } from '../../src/autograd/tensor.js';

export interface Values {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Uniform in [0, 1). */
export type Random = () => number;

export function values(shape: Shape, data: ArrayLike<number> = new Float64Array(sizeOf(shape))): Values {
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values for shape [${shape}]`);
  return { shape, data: Float64Array.from(data) };
}

/** A generator that depends on `seed` alone. */
export function randomFrom(seed: string): Random {
  let state = 2166136261;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that float32 holds exactly, from `each`; by default uniform in [-1, 1). */
export function randomValues(
  shape: Shape,
  random: Random,
  each: (random: Random) => number = signed,
): Values {
  return values(
    shape,
    Array.from({ length: sizeOf(shape) }, () => Math.fround(each(random))),
  );
}

export const signed = (random: Random): number => 2 * random() - 1;

/** Between ½ and 1½: scales that are never near zero. */
export const positive = (random: Random): number => 0.5 + random();

/** An empty array for a result, and how to find its elements. */
export function image(shape: Shape) {
  const [, height, width, channels] = shape as [number, number, number, number];
  return {
    out: values(shape),
    at: (n: number, y: number, x: number, c: number) => ((n * height + y) * width + x) * channels + c,
  };
}

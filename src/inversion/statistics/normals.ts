/** Standard normal numbers that a seed fixes, in streams that do not depend on each other's length. */

/**
 * Fills `out` from stream `stream` of `seed`, both whole numbers from 0 to 2³² − 1: xoshiro128** (Blackman & Vigna 2018), two numbers
 * at a time by Box and Muller's transform, in float64. The same values wherever Math.log, sin and cos are the same.
 */
export function fillNormals(out: Float32Array, seed: number, stream: number): void {
  const next = xoshiro128(seed, stream);
  for (let at = 0; at < out.length; at += 2) {
    // Never 0, whose logarithm is not finite.
    const radius = Math.sqrt(-2 * Math.log((next() + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * next()) / 2 ** 32;
    out[at] = radius * Math.cos(angle);
    if (at + 1 < out.length) out[at + 1] = radius * Math.sin(angle);
  }
}

/** Whole numbers from 0 to 2³² − 1. */
function xoshiro128(seed: number, stream: number): () => number {
  let state = mixed(seed + 0x9e3779b9) ^ mixed(mixed(stream + 0x85ebca6b));
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    return mixed(state);
  };
  let [a, b, c, d] = [word(), word(), word(), word()];
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result >>> 0;
  };
}

function rotated(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

/** The finaliser of MurmurHash3. */
function mixed(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

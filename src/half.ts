let table: Float32Array | undefined;

/** IEEE 754 half-precision bits to float32, exactly, by a table of all 65,536 values made on the first call. */
export function halfToFloat(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = table[bits[i]];
  return out;
}

/** float32 to half-precision bits, rounded to nearest even; what is too large becomes infinite. */
export function floatToHalf(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const word = words[i];
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    let half: number;
    if (magnitude > 0x7f800000) half = 0x7e00;
    else if (magnitude >= 0x477ff000) half = 0x7c00;
    else if (magnitude >= 0x38800000) {
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    } else {
      // Subnormal halves are multiples of 2^-24.
      const scaled = Math.abs(values[i]) * 2 ** 24;
      const floor = Math.floor(scaled);
      const rest = scaled - floor;
      half = floor + (rest > 0.5 || (rest === 0.5 && (floor & 1) === 1) ? 1 : 0);
    }
    out[i] = sign | half;
  }
  return out;
}

/** bfloat16 bits to float32, exactly. */
export function bfloatToFloat(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}

/** float32 to bfloat16 bits, rounded to nearest even. */
export function floatToBfloat(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const word = words[i];
    const nan = (word & 0x7fffffff) > 0x7f800000;
    out[i] = nan ? 0x7fc0 | ((word >>> 16) & 0x8000) : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

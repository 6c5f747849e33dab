/** Numbers to compute with where nobody looks at the result. */

const PATTERN = 65536;

/** In [-1, 1); the same every 65,536, since drawing millions takes longer than measuring with them. */
export function randomValues(count: number): Float32Array {
  const values = new Float32Array(count);
  const drawn = Math.min(count, PATTERN);
  for (let at = 0; at < drawn; at++) values[at] = 2 * Math.random() - 1;
  for (let at = drawn; at < count; at += drawn) values.copyWithin(at, 0, drawn);
  return values;
}

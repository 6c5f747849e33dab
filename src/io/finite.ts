import { FwplusError } from '../errors.js';

/** Throws a `FwplusError` where `data` holds NaN or an infinity: how many, and where the first one is. */
export function assertFinite(name: string, data: Float32Array | Float64Array): void {
  let bad = 0;
  let first = -1;
  for (let i = 0; i < data.length; i++) {
    // x − x is 0 for every finite x, and NaN for the rest.
    if (data[i] - data[i] === 0) continue;
    if (bad++ === 0) first = i;
  }
  if (bad === 0) return;
  throw new FwplusError(
    `Checking tensor ${name}: ${bad} of its ${data.length} values are not finite (the first is ${data[first]} at index ${first}).`,
    { hint: 'The file is damaged, or its training diverged; get it again or use another checkpoint.' },
  );
}

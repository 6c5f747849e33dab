/** A tick of an axis: its value and the words for it. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** An axis: the range it shows, its ticks, and where a value lies on it (0 at `low`, 1 at `high`). */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  position(value: number): number;
}

/** A linear axis with about `wanted` ticks at multiples of 1, 2 or 5 times a power of ten, widened to ticks at both ends. */
export function linearAxis(least: number, greatest: number, wanted: number, widen = true): Axis {
  if (least === greatest) {
    const room = Math.abs(least) / 10 || 1;
    return linearAxis(least - room, greatest + room, wanted, widen);
  }
  const rough = (greatest - least) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power <= 1.5 ? 1 : rough / power <= 3.5 ? 2 : rough / power <= 7.5 ? 5 : 10);
  // A ten-thousandth of a step is lost to rounding on the way; it is no reason for another tick.
  const first = widen ? Math.floor(least / step + 1e-4) : Math.ceil(least / step - 1e-4);
  const last = widen ? Math.ceil(greatest / step - 1e-4) : Math.floor(greatest / step + 1e-4);
  const ticks: Tick[] = [];
  for (let i = first; i <= last; i++) {
    const value = Number((i * step).toPrecision(12));
    ticks.push({ value, label: formatTick(value, step) });
  }
  const low = widen ? Math.min(least, first * step) : least;
  const high = widen ? Math.max(greatest, last * step) : greatest;
  return { low, high, ticks, position: (value) => (value - low) / (high - low) };
}

/**
 * A logarithmic axis over positive values with a little room at both ends: ticks at powers of ten, at 1, 2, 5 or 1, 3 times
 * these where there are few, and at round values where the range has not even one decade.
 */
export function logAxis(least: number, greatest: number): Axis {
  if (least === greatest) return logAxis(least / 2, greatest * 2);
  const decades = Math.log10(greatest / least);
  const low = least / 10 ** (0.04 * decades);
  const high = greatest * 10 ** (0.04 * decades);
  const position = (value: number) => Math.log(value / low) / Math.log(high / low);
  if (decades < 1) return { low, high, ticks: linearAxis(low, high, 5, false).ticks, position };
  const every = Math.ceil(decades / 8);
  const between = decades <= 2.2 ? [1, 2, 5] : decades <= 3.2 ? [1, 3] : [1];
  const ticks: Tick[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    if (e % every !== 0) continue;
    for (const m of between) {
      const value = Number((m * 10 ** e).toPrecision(6));
      if (value >= low && value <= high) ticks.push({ value, label: formatTick(value, value) });
    }
  }
  return { low, high, ticks, position };
}

/** A number as short as its tick step allows: 0.05, 1,200, 2e−5; with a true minus sign. */
export function formatTick(value: number, step: number): string {
  const size = Math.abs(value);
  let text: string;
  if (value === 0) text = '0';
  else if (size >= 1e6 || size < 1e-4)
    text = String(Number(value.toPrecision(6)).toExponential()).replace('e+', 'e');
  else {
    const decimals = Math.max(0, -Math.floor(Math.log10(Math.abs(step)) + 1e-9));
    // A step such as 0.15 needs one decimal more than its size says.
    const digits =
      Number(value.toFixed(decimals)) === Number(value.toPrecision(12)) ? decimals : decimals + 1;
    text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  return text.replaceAll('-', '−');
}

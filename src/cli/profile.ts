/** Where the time of one step goes, as a table by kernel. */
import type { LaunchTime } from '../engine/program.js';
import type { Inverter } from '../inversion/inverter.js';
import { columns } from './columns.js';
import type { Session } from './session.js';

export async function profileTable({ device }: Session, inverter: Inverter): Promise<string> {
  if (!device.hasTimestamps) return 'No profile: this adapter has no timestamp queries.';
  return kernelTable(await inverter.profile());
}

/** Calls, milliseconds and GFLOP/s by kernel, and of all together. */
export function kernelTable(launches: readonly LaunchTime[]): string {
  const sums = new Map<string, { calls: number; ms: number; flops: number }>();
  for (const { kernel, milliseconds, flops } of launches) {
    for (const key of [kernel, 'all']) {
      const sum = sums.get(key) ?? { calls: 0, ms: 0, flops: 0 };
      sum.calls++;
      sum.ms += milliseconds;
      sum.flops += flops;
      sums.set(key, sum);
    }
  }
  const sorted = [...sums].sort(
    ([a, { ms: p }], [b, { ms: q }]) => Number(a === 'all') - Number(b === 'all') || q - p,
  );
  const rate = (flops: number, ms: number) => (flops > 0 && ms > 0 ? (flops / ms / 1e6).toFixed(1) : '');
  return columns([
    ['kernel', 'calls', 'ms', 'GFLOP/s'],
    ...sorted.map(([kernel, { calls, ms, flops }]) => [
      kernel,
      String(calls),
      ms.toFixed(3),
      rate(flops, ms),
    ]),
  ]);
}

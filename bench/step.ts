/**
 * Steps of an inversion at the published sizes, with random weights: seconds a step, memory, and where the time goes.
 *
 *   node dist/bench/step.js [--size=1024] [--base=16] [--steps=3] [--narrow=1] [--adapter=name] [--profile]
 *
 * `--narrow` divides all widths. The first step, which on software adapters compiles the kernels, is not counted. Node only.
 */
import { parseArgs } from 'node:util';
import { describeAdapter } from '../src/engine/adapter.js';
import { openDevice } from '../src/engine/device.js';
import { Inverter } from '../src/inversion/inverter.js';
import { defaultMethod } from '../src/inversion/method.js';
import { prepareTarget } from '../src/inversion/target.js';
import { paperModel } from './paper-model.js';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1024' },
    base: { type: 'string', default: '16' },
    steps: { type: 'string', default: '3' },
    narrow: { type: 'string', default: '1' },
    adapter: { type: 'string' },
    'low-memory': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});

const MEBIBYTE = 2 ** 20;
const resident = () => process.memoryUsage().rss / MEBIBYTE;

const [side, baseSize] = [Number(values.size), Number(values.base)];
const model = paperModel({ resolution: side, baseSize, narrow: Number(values.narrow) });
const method = defaultMethod('f/w+', baseSize);
const noise = { width: side, height: side, data: randomBytes(3 * side * side) };
const target = prepareTarget(noise, model, method);

const device = await openDevice(values.adapter ? { adapter: values.adapter } : {});
console.log(describeAdapter(device.facts));
const before = resident();
const inverter = await Inverter.build(device, model, method, 1, { lowMemory: values['low-memory'] });
console.log('planned', JSON.stringify(inverter.memory));

let last = 0;
const seconds: number[] = [];
const state = await inverter.run(target, {
  steps: 1 + Number(values.steps),
  onProgress: ({ step }) => {
    const now = performance.now();
    if (step > 1) seconds.push((now - last) / 1000);
    last = now;
  },
});
console.log(
  'total loss',
  state.history.map(({ total }) => total.toPrecision(6)),
);
console.log('seconds a step', seconds.map((each) => each.toFixed(2)).join(', '));
const { bytes, peak } = device.memory;
console.log(
  `buffers ${(bytes / MEBIBYTE).toFixed(1)} MiB, at most ${(peak / MEBIBYTE).toFixed(1)}; the process grew by ${(resident() - before).toFixed(0)} MiB`,
);
if (values.profile) {
  const sums = new Map<string, { calls: number; ms: number; flops: number }>();
  const launches = await inverter.profile();
  for (const { kernel, milliseconds, flops } of launches) {
    const sum = sums.get(kernel) ?? { calls: 0, ms: 0, flops: 0 };
    sums.set(kernel, {
      calls: sum.calls + 1,
      ms: sum.ms + milliseconds,
      flops: sum.flops + flops,
    });
  }
  for (const [kernel, { calls, ms, flops }] of [...sums].sort(([, a], [, b]) => b.ms - a.ms))
    console.log(
      kernel.padEnd(36),
      String(calls).padStart(5),
      ms.toFixed(1).padStart(10),
      (flops / ms / 1e6).toFixed(1).padStart(8),
    );
  console.log(
    [...launches]
      .sort((a, b) => b.milliseconds - a.milliseconds)
      .slice(0, 60)
      .map(
        (l) =>
          `${l.milliseconds.toFixed(1).padStart(8)} ${l.kernel} ${l.label} ${(l.flops / l.milliseconds / 1e6).toFixed(1)}`,
      )
      .join('\n'),
  );
}
inverter.destroy();
device.destroy();

function randomBytes(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

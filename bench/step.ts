/**
 * A command of its own beside bench/peers/pytorch_step.py, which runs the same steps in PyTorch (rows of `npm run bench` come
 * from step-rows.ts): steps of an inversion at the published sizes, with random weights.
 *
 *   node dist/bench/step.js [--size=1024] [--base=16] [--steps=3] [--narrow=1] [--low-memory] [--half-weights] [--matrix-units] [--adapter=name] [--profile]
 *
 * `--narrow` divides all widths. The first step, which on software adapters compiles the kernels, is not counted. The last line is JSON:
 * wall and processor seconds a step, each the average over the steps between two readings (`averagedOver`, about half a
 * second), the planned memory in bytes, the greatest sum of buffers, and by how much the process grew from the opened device to
 * the end. Node only.
 */
import { parseArgs } from 'node:util';
import { kernelTable } from '../src/cli/profile.js';
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
    'low-memory': { type: 'boolean', default: false },
    'half-weights': { type: 'boolean', default: false },
    'matrix-units': { type: 'boolean', default: false },
    adapter: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});

const [size, base] = [Number(values.size), Number(values.base)];
const model = paperModel({ resolution: size, baseSize: base, narrow: Number(values.narrow) });
const method = defaultMethod('f/w+', base);
const target = prepareTarget({ width: size, height: size, data: noise(3 * size * size) }, model, method);

const device = await openDevice({
  matrixUnits: values['matrix-units'],
  ...(values.adapter && { adapter: values.adapter }),
});
const resident = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const before = resident();
const inverter = await Inverter.build(device, model, method, 1, {
  lowMemory: values['low-memory'],
  halfWeights: values['half-weights'],
});
const built = resident();

/** After every few steps. */
const marks: { step: number; wall: number; processor: number }[] = [];
const { history } = await inverter.run(target, {
  steps: 1 + Number(values.steps),
  onProgress: ({ step }) => {
    const { user, system } = process.cpuUsage();
    marks.push({ step, wall: performance.now() / 1000, processor: (user + system) / 1e6 });
  },
});
const each = (what: 'wall' | 'processor') =>
  marks.slice(1).map((mark, at) => {
    const last = marks[at]!;
    return Number(((mark[what] - last[what]) / (mark.step - last.step)).toFixed(4));
  });
if (values.profile) console.log(kernelTable(await inverter.profile()));
console.log(
  JSON.stringify({
    engine: 'fwplus',
    adapter: describeAdapter(device.facts),
    size,
    base,
    lowMemory: values['low-memory'],
    halfWeights: values['half-weights'],
    matrixUnits: values['matrix-units'],
    seconds: each('wall'),
    processorSeconds: each('processor'),
    averagedOver: marks.slice(1).map(({ step }, at) => step - marks[at]!.step),
    loss: history.at(-1)!.total,
    planned: inverter.memory,
    peak: device.memory.peak,
    residentMebibytes: { before, built, after: resident() },
  }),
);
inverter.destroy();
device.destroy();

/** Random bytes, the same in every run. */
function noise(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

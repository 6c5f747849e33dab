/**
 * Milliseconds and effective GFLOP/s of every convolution plan over the shapes that matter, the preferred plan first.
 *
 *   node dist/bench/convolution.js [--shapes=part of a name] [--plans=part of a name] [--adapter=name] [--repeats=20]
 *
 * Times are wall-clock minima over the repeats. `start` is the processor time of building a plan and of its first run: on
 * software adapters that is where a kernel is compiled, for the first shape that uses it (empty the driver's shader
 * cache before: MESA_SHADER_CACHE_DISABLE=true). Node only.
 */
import { parseArgs } from 'node:util';
import { describeAdapter } from '../src/engine/adapter.js';
import { type Device, openDevice } from '../src/engine/device.js';
import type { Launch } from '../src/engine/launch.js';
import { convolutionLaunches } from '../src/engine/plans/convolution/launches.js';
import { type ConvolutionPlan, convolutionPlans, isWinograd } from '../src/engine/plans/convolution/plan.js';
import { type ConvolutionShape, phaseFlops, phasesOf } from '../src/engine/plans/convolution/shape.js';
import { Program } from '../src/engine/program.js';
import type { Constant, Persistent, Storage } from '../src/engine/storage.js';

/** side, channels in and out; of a 3×3 convolution with padding 1 where nothing else is said. */
interface Row {
  readonly name: string;
  readonly side: number;
  readonly into: number;
  readonly out: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly transposed?: boolean;
}

const plain = (side: number, into: number, out = into): Row => ({
  name: `3x3 ${into}→${out} @${side}`,
  side,
  into,
  out,
});
const up = (side: number, into: number, out: number): Row => ({
  name: `up ${into}→${out} @${side}`,
  side,
  into,
  out,
  stride: 2,
  padding: 0,
  transposed: true,
});
const upGradient = (side: number, into: number, out: number): Row => ({
  name: `up gradient ${out}→${into} @${2 * side + 1}`,
  side: 2 * side + 1,
  into: out,
  out: into,
  stride: 2,
  padding: 0,
});
const rgb = (side: number, into: number, out: number): Row => ({
  name: `1x1 ${into}→${out} @${side}`,
  side,
  into,
  out,
  kernel: 1,
  padding: 0,
});

const ROWS: readonly Row[] = [
  plain(4, 128),
  plain(8, 128),
  plain(16, 128),
  plain(32, 64),
  plain(64, 32),
  plain(64, 16),
  plain(32, 16, 32),
  plain(16, 64),
  up(8, 128, 128),
  up(16, 128, 64),
  up(32, 64, 32),
  upGradient(8, 128, 128),
  upGradient(16, 128, 64),
  upGradient(32, 64, 32),
  plain(64, 3, 16),
  plain(64, 16, 3),
  rgb(64, 32, 3),
  rgb(64, 3, 32),
  rgb(16, 128, 3),
  plain(16, 512),
  plain(32, 512),
  plain(64, 256),
  plain(128, 128),
  up(16, 512, 512),
];

const { values } = parseArgs({
  options: {
    shapes: { type: 'string', default: '' },
    plans: { type: 'string', default: '' },
    adapter: { type: 'string' },
    repeats: { type: 'string', default: '20' },
  },
});

const device = await openDevice(values.adapter ? { adapter: values.adapter } : {});
console.log(describeAdapter(device.facts));
for (const row of ROWS.filter(({ name }) => name.includes(values.shapes))) {
  const shape = shapeOf(row);
  for (const plan of convolutionPlans(shape, device.facts)) {
    const tile = isWinograd(plan) ? [`F${plan.tile}`] : [];
    const name = [plan.kernel, ...tile, ...Object.values(plan.constants)].join(' ');
    if (!name.includes(values.plans)) continue;
    // The plain kernel would take minutes over the large ones.
    if (plan.kernel === 'conv' && row.side * row.side * row.into * row.out > 1e7) continue;
    const { start, best, flops } = await time(device, shape, plan, Number(values.repeats));
    const figures = [`${best.toFixed(3)} ms`, `${(flops / best / 1e6).toFixed(1)} GFLOP/s`];
    console.log(
      [
        row.name.padEnd(26),
        name.padEnd(36),
        ...figures.map((it) => it.padStart(13)),
        `start ${start.toFixed(0)} ms`.padStart(16),
      ].join(''),
    );
  }
}
device.destroy();

function shapeOf({
  side,
  into,
  out,
  kernel = 3,
  stride = 1,
  padding = 1,
  transposed = false,
}: Row): ConvolutionShape {
  const outSide = transposed
    ? (side - 1) * stride + kernel - 2 * padding
    : Math.floor((side + 2 * padding - kernel) / stride) + 1;
  return {
    batch: 1,
    inHeight: side,
    inWidth: side,
    inChannels: into,
    outHeight: outSide,
    outWidth: outSide,
    outChannels: out,
    kernelSize: kernel,
    stride,
    padding,
    transposed,
  };
}

/** Processor milliseconds of the first run, wall-clock milliseconds of the best one. */
async function time(device: Device, shape: ConvolutionShape, plan: ConvolutionPlan, repeats: number) {
  const phases = phasesOf(shape);
  const once = phases.reduce((sum, phase) => sum + phaseFlops(shape, phase), 0);
  // Enough copies in one submit that its own cost does not count.
  const copies = Math.max(1, Math.min(50, Math.round(5e7 / once)));
  const launches = Array.from({ length: copies }, () => launchesOf(shape, plan)).flat();
  const began = process.cpuUsage();
  const first = await Program.build(device, 'start', launchesOf(shape, plan));
  await timed(device, first);
  const used = process.cpuUsage(began);
  const start = (used.user + used.system) / 1e3;
  const program = await Program.build(device, 'bench', launches);
  let best = Number.POSITIVE_INFINITY;
  const until = performance.now() + 5000;
  for (let repeat = 0; repeat < repeats && performance.now() < until; repeat++) {
    best = Math.min(best, await timed(device, program));
  }
  first.destroy();
  program.destroy();
  return { start, best: best / copies, flops: once };
}

async function timed(device: Device, program: Program): Promise<number> {
  const began = performance.now();
  program.run();
  await device.idle();
  return performance.now() - began;
}

function launchesOf(shape: ConvolutionShape, plan: ConvolutionPlan): Launch<Storage>[] {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, kernelSize } = shape;
  const memory = (label: string, elements: number): Persistent => ({
    kind: 'persistent',
    label,
    bytes: 4 * elements,
  });
  const weights = outChannels * inChannels * kernelSize ** 2;
  const weight: Constant = {
    kind: 'constant',
    label: 'weight',
    bytes: plan.weightBytes,
    data: Float32Array.from({ length: weights }, () => Math.random() - 0.5),
    packing: plan.packing(false),
  };
  const operands = {
    x: memory('x', batch * inHeight * inWidth * inChannels),
    weight,
    scaleIn: memory('scaleIn', batch * inChannels),
    scaleOut: memory('scaleOut', batch * outChannels),
    noise: memory('noise', outHeight * outWidth),
    bias: memory('bias', outChannels),
    y: memory('y', batch * outHeight * outWidth * outChannels),
  };
  const epilogue = { noiseStrength: 0, slope: 0.2, gain: 1, limit: 256 };
  return convolutionLaunches<Storage>(shape, plan, operands, epilogue, (label, elements) => ({
    kind: 'temporary',
    label,
    bytes: 4 * elements,
  })).map((launch) => ({ ...launch, label: 'convolution' }));
}

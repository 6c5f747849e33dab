/** The fast convolution kernels against the plain one, and which of them is planned where. */
import type { AdapterFacts } from '../../src/engine/adapter.js';
import type { Device } from '../../src/engine/device.js';
import { packKernelFirst } from '../../src/engine/plans/convolution/direct.js';
import { convolutionLaunches } from '../../src/engine/plans/convolution/launches.js';
import {
  type ConvolutionPlan,
  convolutionPlans,
  isWinograd,
  planConvolution,
} from '../../src/engine/plans/convolution/plan.js';
import { type ConvolutionShape, phasesOf } from '../../src/engine/plans/convolution/shape.js';
import type { Constant, Storage } from '../../src/engine/storage.js';
import { assertClose } from '../autograd/compare.js';
import { positive, type Random, randomFrom, randomValues, signed } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { runLaunches } from './run-launches.js';

/** Of the largest output. The kernels add the same products in other orders: some hundred roundings of 6e-8. */
const TOLERANCE = 1e-5;

interface Try {
  readonly name: string;
  readonly batch?: number;
  readonly height: number;
  readonly width: number;
  readonly into: number;
  readonly out: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly transposed?: boolean;
  /** Rows and columns that a strided convolution left over, which its data gradient has and the formula does not. */
  readonly extra?: number;
}

const TRIES: readonly Try[] = [
  { name: '3×3', height: 8, width: 8, into: 32, out: 32 },
  { name: '3×3, ragged', height: 7, width: 5, into: 12, out: 37 },
  { name: '3×3, batch of 2, 4×4', batch: 2, height: 4, width: 4, into: 8, out: 70 },
  { name: '3×3, batch of 3, wide', batch: 3, height: 1, width: 41, into: 4, out: 3 },
  { name: '1×1 to an image', height: 9, width: 9, into: 64, out: 3, kernel: 1, padding: 0 },
  { name: '1×1 from an image', height: 9, width: 9, into: 3, out: 36, kernel: 1, padding: 0 },
  { name: '3×3 from an image', batch: 2, height: 10, width: 11, into: 3, out: 16 },
  { name: 'one pixel', height: 1, width: 1, into: 20, out: 5 },
  { name: 'stride 2, padding 1', height: 9, width: 12, into: 8, out: 33, stride: 2 },
  { name: 'stride 2, kernel 4', height: 10, width: 10, into: 8, out: 8, kernel: 4, stride: 2 },
  { name: 'stride 3, kernel 1', height: 10, width: 8, into: 8, out: 9, kernel: 1, stride: 3, padding: 0 },
  {
    name: 'transposed, stride 2',
    height: 8,
    width: 5,
    into: 16,
    out: 35,
    stride: 2,
    padding: 0,
    transposed: true,
  },
  {
    name: 'transposed, stride 2, batch of 2',
    batch: 2,
    height: 4,
    width: 4,
    into: 32,
    out: 8,
    stride: 2,
    transposed: true,
  },
  {
    name: 'gradient of a stride of 2 with a row left over',
    height: 5,
    width: 5,
    into: 12,
    out: 20,
    stride: 2,
    transposed: true,
    extra: 1,
  },
  {
    name: 'gradient of a stride of 3 that skips pixels',
    height: 4,
    width: 4,
    into: 8,
    out: 12,
    kernel: 1,
    stride: 3,
    padding: 0,
    transposed: true,
    extra: 2,
  },
  { name: '3×3, many tiles', batch: 2, height: 21, width: 14, into: 20, out: 36 },
  { name: '3×3 without padding', height: 9, width: 12, into: 8, out: 8, padding: 0 },
  { name: 'gradient of 3×3, many tiles', height: 19, width: 22, into: 16, out: 40, transposed: true },
  {
    name: 'gradient of 3×3 without padding',
    height: 7,
    width: 6,
    into: 8,
    out: 8,
    padding: 0,
    transposed: true,
  },
  { name: 'gradient of 3×3', height: 6, width: 7, into: 16, out: 12, transposed: true },
];

/** With and without everything around the sum. */
const AROUND = [
  { name: 'alone', full: false },
  { name: 'with scales, noise, bias, activation', full: true },
];

export const cases: TestCase[] = [
  ...TRIES.flatMap((each) =>
    AROUND.map(({ name, full }) => ({
      name: `${each.name}, ${name}`,
      run: (t: TestContext) => compareKernels(t, each, full),
    })),
  ),
  { name: 'plans: what an adapter lacks is not planned', run: plansFit },
  { name: 'plans: each has a name of its own', run: plansHaveNames },
  { name: 'plans: every launch stays within 65,535 groups a dimension', run: plansStayWithinLimits },
  { name: 'plans: the tiles of a launch cover its outputs', run: plansCover },
  { name: 'plans: Winograd where its transforms pay, and nowhere else', run: winogradIsPlanned },
  { name: 'packing: four input channels side by side', run: packsFours },
];

async function compareKernels(t: TestContext, each: Try, full: boolean): Promise<void> {
  const device = await t.device();
  const shape = shapeOf(each);
  const plans = convolutionPlans(shape, device.facts);
  const plain = plans.find(({ kernel }) => kernel === 'conv');
  if (!plain) throw new Error('the plain kernel runs everything');
  const operands = drawOperands(shape, full, randomFrom(each.name));
  const wanted = await run(device, shape, plain, operands);
  const dims = [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels];
  for (const plan of plans.filter((plan) => plan !== plain)) {
    assertClose(plan.name, await run(device, shape, plan, operands), wanted, TOLERANCE, dims);
  }
}

interface Operands {
  readonly arrays: Readonly<Record<'x' | 'scaleIn' | 'scaleOut' | 'noise' | 'bias', Float32Array>>;
  readonly weight: Float32Array;
  readonly swap: boolean;
  readonly params: Readonly<Record<'noiseStrength' | 'slope' | 'gain' | 'limit', number>>;
}

function drawOperands(shape: ConvolutionShape, full: boolean, random: Random): Operands {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, kernelSize } = shape;
  const draw = (count: number, each = signed) => Float32Array.from(randomValues([count], random, each).data);
  return {
    arrays: {
      x: draw(batch * inHeight * inWidth * inChannels),
      scaleIn: full ? draw(batch * inChannels, positive) : new Float32Array(batch * inChannels).fill(1),
      scaleOut: full ? draw(batch * outChannels, positive) : new Float32Array(batch * outChannels).fill(1),
      noise: draw(outHeight * outWidth),
      bias: full ? draw(outChannels) : new Float32Array(outChannels),
    },
    weight: draw(outChannels * inChannels * kernelSize ** 2),
    swap: shape.transposed,
    params: full
      ? { noiseStrength: 0.3, slope: 0.2, gain: Math.SQRT2, limit: 4 }
      : { noiseStrength: 0, slope: 1, gain: 1, limit: 3e38 },
  };
}

function run(
  device: Device,
  shape: ConvolutionShape,
  plan: ConvolutionPlan,
  { arrays, weight, swap, params }: Operands,
): Promise<Float32Array> {
  const packed: Constant = {
    kind: 'constant',
    label: 'weight',
    bytes: plan.weightBytes,
    data: weight,
    packing: plan.packing(swap),
  };
  const outputs = shape.batch * shape.outHeight * shape.outWidth * shape.outChannels;
  return runLaunches(device, arrays, outputs, (storage, y) =>
    convolutionLaunches<Storage>(
      shape,
      plan,
      { ...storage, weight: packed, y },
      params,
      (label, elements) => ({
        kind: 'temporary',
        label,
        bytes: 4 * elements,
      }),
    ).map((launch) => ({ ...launch, label: 'convolution' })),
  );
}

function shapeOf(each: Try): ConvolutionShape {
  const {
    batch = 1,
    height,
    width,
    into,
    out,
    kernel = 3,
    stride = 1,
    padding = kernel === 1 ? 0 : 1,
  } = each;
  const { transposed = false, extra = 0 } = each;
  const outSide = (side: number) =>
    transposed
      ? (side - 1) * stride + kernel - 2 * padding + extra
      : Math.floor((side + 2 * padding - kernel) / stride) + 1;
  return {
    batch,
    inHeight: height,
    inWidth: width,
    inChannels: into,
    outHeight: outSide(height),
    outWidth: outSide(width),
    outChannels: out,
    kernelSize: kernel,
    stride,
    padding,
    transposed,
  };
}

const SUBGROUP_SIZES = [0, 4, 8, 16, 32, 64, 128];

function facts(subgroupSize: number): AdapterFacts {
  return {
    name: 'an adapter',
    vendor: '',
    architecture: '',
    description: '',
    software: false,
    features: new Set(subgroupSize ? ['subgroups'] : []),
    subgroupSize,
  };
}

function plansFit(): void {
  const wide = shapeOf({ name: '', height: 8, width: 8, into: 128, out: 128 });
  for (const size of SUBGROUP_SIZES) {
    const known = [4, 8, 16, 32, 64].includes(size);
    const { kernel, constants } = planConvolution(wide, facts(size));
    expect(`subgroups of ${size}`, kernel, known ? 'conv_subgroup' : 'conv_tiled');
    if (known) {
      expect('lanes', constants.LANES, size);
      expect('whole', Number.isInteger(constants.CHANNELS), true);
    }
  }
  const channels = (out: number) => {
    const shape = shapeOf({ name: '', height: 8, width: 8, into: 16, out });
    const { kernel, constants } = planConvolution(shape, facts(8));
    return kernel === 'conv_subgroup' ? constants.LANES! * constants.CHANNELS! : kernel;
  };
  for (const [out, wanted] of [
    [128, 32],
    [17, 32],
    [16, 16],
    [5, 16],
    [3, 'conv_tiled'],
  ] as const) {
    expect(`tile for ${out} output channels`, channels(out), wanted);
  }
  const image = shapeOf({ name: '', height: 64, width: 64, into: 3, out: 16 });
  for (const { kernel, constants } of convolutionPlans(image, facts(8))) {
    const reads = /^conv_/.test(kernel) ? kernel.endsWith('_ragged') : true;
    expect(`three channels with ${kernel} ${JSON.stringify(constants)}`, reads, true);
  }
}

function plansHaveNames(): void {
  for (const each of TRIES) {
    for (const size of SUBGROUP_SIZES) {
      const names = convolutionPlans(shapeOf(each), facts(size)).map(({ name }) => name);
      expect(`${each.name}: names`, new Set(names).size, names.length);
    }
  }
}

function plansStayWithinLimits(): void {
  const huge = shapeOf({ name: '', batch: 4, height: 1024, width: 1024, into: 32, out: 32 });
  const long = shapeOf({ name: '', height: 4, width: 1 << 20, into: 4, out: 4 });
  const many = shapeOf({ name: '', batch: 4, height: 256, width: 256, into: 16, out: 16 });
  for (const shape of [huge, long, many]) {
    for (const size of SUBGROUP_SIZES) {
      for (const plan of convolutionPlans(shape, facts(size))) {
        for (const { kernel, workgroups } of bareLaunches(shape, plan)) {
          for (const groups of workgroups) {
            expect(`${kernel}: ${groups} groups`, groups >= 1 && groups <= 65535, true);
          }
        }
      }
    }
  }
}

function plansCover(): void {
  for (const each of TRIES) {
    const shape = shapeOf(each);
    for (const size of SUBGROUP_SIZES) {
      for (const plan of convolutionPlans(shape, facts(size))) {
        if (isWinograd(plan)) continue; // its launches are compared where they run
        const { kernel, constants } = plan;
        const tile = kernel.startsWith('conv_subgroup')
          ? constants.LANES! * constants.PIXELS! * constants.CHANNELS!
          : 64 * (constants.PIXELS ?? 1) * (constants.CHANNELS ?? 1);
        for (const phase of phasesOf(shape)) {
          const [x, y, z] = plan.workgroups(phase, shape.batch);
          const outputs = shape.batch * phase.y.outputs * phase.x.outputs * shape.outChannels;
          expect(`${kernel} covers ${each.name}`, x * y * z * tile >= outputs, true);
        }
      }
    }
  }
}

/** The launches of a plan, with nothing bound. */
function bareLaunches(shape: ConvolutionShape, plan: ConvolutionPlan) {
  const nothing = { x: 0, weight: 0, scaleIn: 0, scaleOut: 0, noise: 0, bias: 0, y: 0 };
  const epilogue = { noiseStrength: 0, slope: 1, gain: 1, limit: 1 };
  return convolutionLaunches(shape, plan, nothing, epilogue, () => 0);
}

function winogradIsPlanned(): void {
  const wide = { name: '', height: 32, width: 32, into: 64, out: 64 };
  const kernels = (each: Try) =>
    convolutionPlans(shapeOf(each), facts(8)).map((plan) =>
      isWinograd(plan) ? `${plan.kernel} ${plan.tile}` : plan.kernel,
    );
  expect('first', kernels(wide)[0], 'winograd_multiply_subgroup 4');
  for (const side of [2, 4]) {
    expect('both tiles', kernels(wide).includes(`winograd_multiply ${side}`), true);
  }
  for (const other of [{ stride: 2 }, { kernel: 1 }]) {
    expect(
      JSON.stringify(other),
      kernels({ ...wide, ...other }).some((it) => it.startsWith('winograd')),
      false,
    );
  }
  expect('few tiles', kernels({ ...wide, height: 4, width: 4 })[0], 'conv_subgroup');
}

function packsFours(): void {
  // [O = 2, I = 4, 1, 1]
  const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  expect('one by one', packKernelFirst(data, 2, 4, 1, false).join(), '1,5,2,6,3,7,4,8');
  expect('by four', packKernelFirst(data, 2, 4, 1, false, 4).join(), '1,2,3,4,5,6,7,8');
  expect('swapped', packKernelFirst(data, 2, 4, 1, true, 4).join(), '1,3,5,7,2,4,6,8');
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, wanted ${wanted}`);
}

/** The tiled FIR against the plain one. */
import type { Device } from '../../src/engine/device.js';
import { linearGrid } from '../../src/engine/launch.js';
import { type BlurPlan, type BlurShape, blurPlans, planBlur } from '../../src/engine/plans/blur.js';
import { Program } from '../../src/engine/program.js';
import type { Persistent } from '../../src/engine/storage.js';
import { assertClose } from '../autograd/compare.js';
import { positive, type Random, randomFrom, randomValues, signed } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';

/** Of the largest output: the same sixteen products in another order. */
const TOLERANCE = 1e-6;

/** Batch, height and width of x, channels, and how much higher and wider y is. */
const TRIES: readonly (readonly [number, number, number, number, -1 | 1])[] = [
  [1, 17, 17, 8, -1],
  [1, 16, 16, 8, 1],
  [2, 10, 4, 4, -1],
  [2, 9, 3, 12, 1],
  [3, 2, 2, 4, -1],
  [3, 1, 1, 4, 1],
  [1, 33, 65, 20, -1],
];

export const cases: TestCase[] = [
  ...TRIES.map((each) => ({
    name: `${each[4] < 0 ? 'filter' : 'adjoint'} of [${each.slice(0, 4)}], all plans`,
    run: (t: TestContext) => comparePlans(t, shapeOf(...each), randomFrom(`blur ${each}`)),
  })),
  { name: 'plans: tiles are for channels in fours', run: plansFit },
];

function shapeOf(
  batch: number,
  inHeight: number,
  inWidth: number,
  channels: number,
  growth: number,
): BlurShape {
  const [outHeight, outWidth] = [inHeight + growth, inWidth + growth];
  return { batch, inHeight, inWidth, outHeight, outWidth, channels, padding: (growth + 3) / 2 };
}

async function comparePlans(t: TestContext, shape: BlurShape, random: Random): Promise<void> {
  const device = await t.device();
  const { batch, inHeight, inWidth, outHeight, outWidth, channels } = shape;
  const draw = (count: number, each = signed) => Float32Array.from(randomValues([count], random, each).data);
  const arrays = {
    x: draw(batch * inHeight * inWidth * channels),
    scaleOut: draw(batch * channels, positive),
    noise: draw(outHeight * outWidth),
    bias: draw(channels),
  };
  const plans = blurPlans(shape);
  const plain = plans.find(({ kernel }) => kernel === 'blur')!;
  const wanted = await run(device, shape, plain, arrays);
  for (const plan of plans.filter((plan) => plan !== plain)) {
    const found = await run(device, shape, plan, arrays);
    assertClose(plan.kernel, found, wanted, TOLERANCE, [batch, outHeight, outWidth, channels]);
  }
}

async function run(
  device: Device,
  shape: BlurShape,
  { kernel, constants, workgroups }: BlurPlan,
  arrays: Readonly<Record<'x' | 'scaleOut' | 'noise' | 'bias', Float32Array>>,
): Promise<Float32Array> {
  const memory = (label: string, elements: number): Persistent => ({
    kind: 'persistent',
    label,
    bytes: 4 * elements,
  });
  const inputs = {
    x: memory('x', arrays.x.length),
    scaleOut: memory('scaleOut', arrays.scaleOut.length),
    noise: memory('noise', arrays.noise.length),
    bias: memory('bias', arrays.bias.length),
  };
  const y = memory('y', shape.batch * shape.outHeight * shape.outWidth * shape.channels);
  const params = { ...shape, noiseStrength: 0.3, slope: 0.2, gain: Math.SQRT2, limit: 1.5 };
  const bindings = { ...inputs, y };
  const program = await Program.build(device, 'blur test', [
    { kernel, label: 'blur', bindings, params, workgroups, constants, flops: 0 },
  ]);
  try {
    for (const [name, storage] of Object.entries(inputs)) {
      program.write(storage, arrays[name as keyof typeof arrays]);
    }
    program.write(y, new Float32Array(y.bytes / 4).fill(Number.NaN)); // what no thread writes shows
    program.run();
    return new Float32Array(await program.read(y));
  } finally {
    program.destroy();
  }
}

function plansFit(): void {
  for (const [channels, wanted] of [
    [1, 'blur'],
    [6, 'blur'],
    [4, 'blur_tiled'],
    [512, 'blur_tiled'],
  ] as const) {
    const { kernel } = planBlur(shapeOf(1, 5, 5, channels, -1));
    if (kernel !== wanted) throw new Error(`${channels} channels: ${kernel}, wanted ${wanted}`);
  }
  const { constants, workgroups } = planBlur(shapeOf(2, 65, 65, 32, -1));
  const threads = ((2 * 64 * 64 * 32) / 4 / constants.PIXELS!) * (1 / constants.ROWS!);
  if (workgroups.join() !== linearGrid(threads).join()) throw new Error(`a grid of ${workgroups}`);
}

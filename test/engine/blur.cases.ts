/** The tiled FIR against the plain one. */

import { type AdapterFacts, TEXTURE_READS } from '../../src/engine/adapter.js';
import { linearGrid } from '../../src/engine/launch.js';
import {
  type BlurPlan,
  type BlurShape,
  blurPlans,
  planBlur,
  seenByBlur,
} from '../../src/engine/plans/blur.js';
import { assertClose } from '../autograd/compare.js';
import { positive, type Random, randomFrom, randomValues, signed } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { runLaunches } from './run-launches.js';

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
  { name: 'what is read of x', run: seesItsRows },
];

function shapeOf(
  batch: number,
  inHeight: number,
  inWidth: number,
  channels: number,
  growth: number,
): BlurShape {
  const [outHeight, outWidth] = [inHeight + growth, inWidth + growth];
  const padding = (growth + 3) / 2;
  const whole = { rows: outHeight, outFirst: 0, inFirst: -padding };
  return { batch, inHeight, inWidth, outHeight, outWidth, channels, padding, ...whole };
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
  const params = { ...shape, skipped: 0, noiseStrength: 0.3, slope: 0.2, gain: Math.SQRT2, limit: 1.5 };
  const run = (plan: BlurPlan) =>
    runLaunches(device, arrays, batch * outHeight * outWidth * channels, (storage, y) => [
      { ...plan, label: 'blur', bindings: { ...storage, y }, params, flops: 0 },
    ]);
  const plans = blurPlans(shape, device.facts);
  const plain = plans.find(({ kernel }) => kernel === 'blur')!;
  const wanted = await run(plain);
  for (const plan of plans.filter((plan) => plan !== plain)) {
    assertClose(plan.kernel, await run(plan), wanted, TOLERANCE, [batch, outHeight, outWidth, channels]);
  }
}

const HARDWARE = { software: false, features: new Set() } as unknown as AdapterFacts;
const SOFTWARE = { software: true, features: new Set([TEXTURE_READS]) } as unknown as AdapterFacts;

function plansFit(): void {
  for (const [channels, facts, wanted] of [
    [1, SOFTWARE, 'blur'],
    [6, SOFTWARE, 'blur'],
    [4, SOFTWARE, 'blur_texture'],
    [4, HARDWARE, 'blur_tiled'],
    [512, HARDWARE, 'blur_tiled'],
  ] as const) {
    const { kernel } = planBlur(shapeOf(1, 5, 5, channels, -1), facts);
    expect(`${channels} channels`, kernel, wanted);
  }
  const several = { ...shapeOf(2, 33, 33, 64, -1), rows: 4, outFirst: 8, inFirst: 7 };
  expect('some rows of several images', planBlur(several, SOFTWARE).kernel, 'blur_tiled');
  expect('all rows of several images', planBlur(shapeOf(2, 33, 33, 64, -1), SOFTWARE).kernel, 'blur_texture');
  const { constants, workgroups } = planBlur(shapeOf(2, 65, 65, 32, -1), HARDWARE);
  const threads = ((2 * 64 * 64 * 32) / 4 / constants.PIXELS!) * (1 / constants.ROWS!);
  expect('its grid', workgroups.join(), linearGrid(threads).join());
}

function seesItsRows(): void {
  const row = 33 * 64;
  const whole = shapeOf(1, 33, 33, 64, -1);
  const part = (shape: BlurShape) => JSON.stringify(seenByBlur(shape));
  expect('all', part(whole), JSON.stringify({ offset: 0, elements: 33 * row }));
  const band = { ...whole, rows: 4, outFirst: 8, inFirst: 7 };
  expect('a band', part(band), JSON.stringify({ offset: 7 * row, elements: 7 * row }));
  const last = { ...whole, rows: 4, outFirst: 28, inFirst: 27 };
  expect('the last one', part(last), JSON.stringify({ offset: 27 * row, elements: 6 * row }));
  expect('of two images', part({ ...band, batch: 2 }), JSON.stringify({ offset: 0, elements: 66 * row }));
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, wanted ${wanted}`);
}

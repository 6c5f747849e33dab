/** The gradient of maximum pooling for windows that lie apart, against the one for all windows; with ties. */
import { type MaximumGradientPlan, planMaximumGradient } from '../../src/engine/plans/pooling.js';
import { assertClose } from '../autograd/compare.js';
import { randomFrom, randomValues, signed } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { runLaunches } from './run-launches.js';

/** x, size and stride. */
const TRIES: readonly (readonly [readonly [number, number, number, number], number, number])[] = [
  [[2, 6, 4, 3], 2, 2],
  [[1, 9, 7, 16], 2, 2],
  [[2, 8, 7, 5], 2, 3],
  [[1, 7, 7, 4], 3, 3],
  [[1, 2, 1, 2], 1, 2],
];

export const cases: TestCase[] = TRIES.map(([shape, size, stride]) => ({
  name: `gradient of maximum pooling, ${size} every ${stride} of [${shape}], both kernels`,
  run: (t: TestContext) => compareKernels(t, shape, size, stride),
}));

async function compareKernels(
  t: TestContext,
  shape: readonly [number, number, number, number],
  size: number,
  stride: number,
): Promise<void> {
  const device = await t.device();
  const [batch, inHeight, inWidth, channels] = shape;
  const [outHeight, outWidth] = [inHeight, inWidth].map((side) => Math.floor((side - size) / stride) + 1);
  const params = {
    batch,
    inHeight,
    inWidth,
    outHeight: outHeight!,
    outWidth: outWidth!,
    channels,
    size,
    stride,
    adds: 0,
  };
  const random = randomFrom(`pooling ${shape} ${size} ${stride}`);
  const outputs = batch * params.outHeight * params.outWidth * channels;
  const count = batch * inHeight * inWidth * channels;
  // Three values only: most windows hold their maximum twice.
  const x = Float32Array.from({ length: count }, () => Math.floor(3 * random()));
  const dy = Float32Array.from(randomValues([outputs], random, signed).data);
  const common = { label: 'maximum pooling', params, constants: {}, flops: 0 };
  const workgroups = planMaximumGradient({ ...params, stride: 1, size: 2 }).workgroups; // one thread an input
  const maxima = await runLaunches(device, { x }, outputs, (storage, y) => [
    { ...common, kernel: 'pooling.maximum', bindings: { ...storage, y }, workgroups },
  ]);
  const gradient = (plan: MaximumGradientPlan) =>
    runLaunches(device, { x, maxima, dy }, count, (storage, dx) => [
      {
        ...common,
        kernel: plan.kernel,
        workgroups: plan.workgroups,
        params: { ...params, channels: plan.channels },
        bindings: { ...storage, dx },
      },
    ]);
  const wanted = await gradient({ kernel: 'pooling.maximum_gradient', channels, workgroups });
  const plan = planMaximumGradient(params);
  assertClose(plan.kernel, await gradient(plan), wanted, 0, shape);
}

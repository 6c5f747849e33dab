/** Which kernel takes the gradient of maximum pooling back; the kernels themselves are tested with the operation. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planMaximumGradient } from '../../src/engine/plans/pooling.js';

const shape = { batch: 2, inHeight: 65, inWidth: 7, channels: 16 };

test('windows that overlap are searched for from every input', () => {
  const plan = planMaximumGradient({ ...shape, size: 3, stride: 2 });
  assert.equal(plan, {
    kernel: 'pooling.maximum_gradient',
    channels: 16,
    workgroups: [Math.ceil((2 * 65 * 7 * 16) / 64), 1, 1],
  });
});

test('windows that lie apart are gone over once, the rim that no window holds too; channels in fours where they can', () => {
  const plan = planMaximumGradient({ ...shape, size: 2, stride: 2 });
  assert.equal(plan, {
    kernel: 'pooling_4.maximum_gradient_apart',
    channels: 4,
    workgroups: [Math.ceil((2 * 33 * 4 * 4) / 64), 1, 1],
  });
  assert.equal(planMaximumGradient({ ...shape, channels: 5, size: 2, stride: 2 }), {
    kernel: 'pooling.maximum_gradient_apart',
    channels: 5,
    workgroups: [Math.ceil((2 * 33 * 4 * 5) / 64), 1, 1],
  });
  assert.is(planMaximumGradient({ ...shape, size: 1, stride: 3 }).kernel, plan.kernel);
});

test.run();

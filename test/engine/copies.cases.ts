/** Operands that lie in textures already: what a kernel reads there is what it would read anew. */
import { type Launch, linearGrid } from '../../src/engine/launch.js';
import { type BlurPlan, type BlurShape, blurPlans } from '../../src/engine/plans/blur.js';
import { partOf, type Storage } from '../../src/engine/storage.js';
import { assertClose } from '../autograd/compare.js';
import { randomFrom, randomValues, signed } from '../autograd/values.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { runLaunches } from './run-launches.js';

const [HEIGHT, WIDTH, CHANNELS] = [17, 17, 64];
const [ELEMENTS, OUTPUTS] = [HEIGHT * WIDTH * CHANNELS, 16 * 16 * CHANNELS];
const SHAPE: BlurShape = {
  batch: 1,
  inHeight: HEIGHT,
  inWidth: WIDTH,
  outHeight: 16,
  outWidth: 16,
  channels: CHANNELS,
  padding: 1,
  rows: 16,
  outFirst: 0,
  inFirst: -1,
};

export const cases: TestCase[] = [
  { name: 'read, read again, written, read: each time what is there', run: readsWhatIsThere },
];

async function readsWhatIsThere(t: TestContext): Promise<void> {
  const device = await t.device();
  const plans = blurPlans(SHAPE, device.facts);
  const fromTexture = plans.find(({ kernel }) => kernel === 'blur_texture');
  if (!fromTexture) return; // an adapter that has none
  const random = randomFrom('copies');
  const draw = () => Float32Array.from(randomValues([ELEMENTS], random, signed).data);
  const arrays = {
    x: draw(),
    next: draw(),
    scaleOut: new Float32Array(CHANNELS).fill(1),
    noise: new Float32Array(OUTPUTS / CHANNELS),
    bias: new Float32Array(CHANNELS),
  };
  const run = (plan: BlurPlan) =>
    runLaunches(device, arrays, 3 * OUTPUTS, ({ x, next, ...others }, output) => {
      const blurTo = (at: number): Launch<Storage> => ({
        ...plan,
        label: 'blur',
        bindings: { x, ...others, y: partOf(output, 4 * at * OUTPUTS, OUTPUTS) },
        params: { ...SHAPE, skipped: 0, noiseStrength: 0, slope: 0.2, gain: 1, limit: 256 },
        flops: 0,
      });
      const write: Launch<Storage> = {
        kernel: 'copy',
        label: 'copy',
        bindings: { a: next, y: x },
        params: { count: ELEMENTS, padded: ELEMENTS },
        constants: {},
        workgroups: linearGrid(ELEMENTS),
        flops: 0,
      };
      return [blurTo(0), blurTo(1), write, blurTo(2)];
    });
  const plain = plans.find(({ kernel }) => kernel === 'blur')!;
  assertClose('outputs', await run(fromTexture), await run(plain), 1e-6, [3, 16, 16, CHANNELS]);
}

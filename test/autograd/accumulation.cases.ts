/** Operations that add their gradient to the one so far, where it stands: their own and another's sum, as alone. */
import { compile } from '../../src/autograd/compile.js';
import { gradients } from '../../src/autograd/gradients.js';
import { Graph } from '../../src/autograd/graph.js';
import { convolution } from '../../src/autograd/ops/convolution.js';
import { add, scale } from '../../src/autograd/ops/elementwise.js';
import { maxPool } from '../../src/autograd/ops/pooling.js';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import { bicubic } from '../../src/autograd/ops/resample.js';
import type { Shape, Tensor } from '../../src/autograd/tensor.js';
import type { TestCase, TestContext } from '../harness/case.js';
import { assertClose } from './compare.js';
import { randomFrom, randomValues, signed } from './values.js';

const TOLERANCE = 1e-6;

const accumulating = (name: string, shape: Shape, lossOf: (x: Tensor) => Tensor): TestCase => ({
  name: `${name} adds its gradient to others`,
  run: (t) => sumsUp(t, shape, lossOf),
});

export const cases: TestCase[] = [
  accumulating('max pool', [2, 7, 6, 3], (x) => square(maxPool(x, 2, 2))),
  accumulating('max pool, channels in fours', [1, 5, 6, 8], (x) => square(maxPool(x, 2, 2))),
  accumulating('max pool with overlap', [1, 7, 5, 3], (x) => square(maxPool(x, 3, 2))),
  accumulating('a 1×1 convolution', [2, 9, 7, 8], (x) => square(toPicture(x))),
  accumulating('a 1×1 convolution of odd channels', [1, 5, 5, 3], (x) => square(toPicture(x))),
  accumulating('a 3×3 convolution', [1, 6, 5, 4], (x) => square(toPicture(x, 3))),
  accumulating('resampling', [2, 5, 4, 3], (x) => square(bicubic(x, 9, 7))),
  accumulating('squared error', [2, 5, 4, 3], square),
];

async function sumsUp(t: TestContext, shape: Shape, lossOf: (x: Tensor) => Tensor): Promise<void> {
  const graph = new Graph();
  const x = graph.variable('x', shape);
  const own = lossOf(x); // traced first, so that its gradient comes last
  const other = meanSquaredError(scale(x, 2), graph.filled(shape, 1), 1);
  const wanted = [own, other, add(own, other)].map((loss) => gradients(loss, [x])[0]!);
  const device = await t.device();
  const executable = await compile(device, graph, { name: 'sums', outputs: wanted, variables: [x] });
  try {
    executable.write(x, Float32Array.from(randomValues(shape, randomFrom('accumulation'), signed).data));
    executable.run();
    const [one, two, both] = await Promise.all(wanted.map((tensor) => executable.read(tensor)));
    if (one!.every((value) => value === 0)) throw new Error('its own gradient is zero');
    const sum = one!.map((value, at) => value + two![at]!);
    assertClose('both', both!, sum, TOLERANCE, shape);
  } finally {
    executable.destroy();
  }
}

function square(y: Tensor): Tensor {
  return meanSquaredError(y, y.graph.filled(y.shape, 0), 1);
}

function toPicture(x: Tensor, kernelSize = 1): Tensor {
  const { graph, shape } = x;
  const [batch, , , channels] = shape as [number, number, number, number];
  const taps = kernelSize * kernelSize;
  const weight = Float32Array.from({ length: 3 * channels * taps }, (_, at) => Math.cos(at));
  return convolution(x, graph.constant('weight', [3, channels, kernelSize, kernelSize], weight), {
    padding: (kernelSize - 1) / 2,
    scaleIn: graph.filled([batch, channels], 0.5),
  });
}

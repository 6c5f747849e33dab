/** The property that F/W+ rests on (Kang et al. 2021): a moved base code moves the picture. */
import * as assert from 'uvu/assert';
import { shifted, squaredErrorWithin } from '../../examples/shift.js';
import { psnrOfError } from '../../src/inversion/metrics.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import type { TestCase } from '../harness/case.js';
import { evaluate } from '../nets/evaluate.js';
import { changed, generatorWeights, uniform } from '../nets/random-weights.js';
import { NARROW } from './random-model.js';

/** The narrow generator without noise, which would stay where it is. */
function noiseless(): StyleGan2 {
  const still = (key: string, data: Float32Array) =>
    key.endsWith('noise_strength') ? data.map(() => 0) : undefined;
  return new StyleGan2(changed(generatorWeights(NARROW, 32), still));
}

const SIDE = 64;

export const cases: TestCase[] = [
  {
    name: 'f moved by a cell moves the picture by a cell’s pixels, away from the borders',
    async run(t) {
      const device = await t.device();
      const generator = noiseless();
      const fullShape = [1, generator.rows, generator.wDim];
      const full = { shape: fullShape, data: uniform('moved code', fullShape) };
      for (const [size, margin, gain] of [
        // Zeros outside are felt one cell deep by each 3x3 convolution and about one by each up-convolution: from side 16
        // to 64 less than 1 + 2/2 + 1/2 + 2/4 + 1/4 = 3.25 cells. Further in, the two pictures differ by rounding alone.
        [16, 4, 60],
        // At side 8 the same reaches 3.6 of the 4 cells to the middle; at a margin of 2 the borders are felt, but a hundred times
        // less than the motion.
        [8, 2, 20],
      ] as const) {
        const { base } = await evaluate(device, { full }, (inputs) => ({
          outputs: { base: generator.baseCode(inputs.full!, size) },
        }));
        const rows = generator.rows - generator.firstRow(size);
        const detail = { shape: [1, rows, generator.wDim], data: full.data.slice(-rows * generator.wDim) };
        const draw = async (values: Float32Array) => {
          const f = { shape: [1, size, size, generator.channels(size)], data: values };
          const { image } = await evaluate(device, { f, detail }, (inputs) => ({
            outputs: { image: generator.synthesisFrom(inputs.f!, inputs.detail!) },
          }));
          return image!;
        };
        const picture = await draw(base!);
        const cell = SIDE / size;
        for (const [cellsX, cellsY] of [
          [1, 0],
          [0, -1],
        ] as const) {
          const moved = await draw(shifted(base!, size, cellsX, cellsY));
          const wanted = shifted(picture, SIDE, cell * cellsX, cell * cellsY);
          // The margin counts from the moved border, too.
          const border = cell * (margin + 1);
          const error = squaredErrorWithin(moved, wanted, SIDE, border) * 127.5 ** 2;
          const still = squaredErrorWithin(picture, wanted, SIDE, border) * 127.5 ** 2;
          const [found, unmoved] = [psnrOfError(error), psnrOfError(still)];
          assert.ok(found > unmoved + gain, `side ${size}: ${found} dB, and ${unmoved} dB where f stays`);
        }
      }
    },
  },
];

/** The property that F/W+ rests on (Kang et al. 2021): a moved base code moves the picture. */
import * as assert from 'uvu/assert';
import { shifted, squaredErrorWithin } from '../../examples/shift.js';
import type { Device } from '../../src/engine/device.js';
import { loadModel } from '../../src/inversion/load-model.js';
import { psnrOfError } from '../../src/inversion/metrics.js';
import type { Generator } from '../../src/nets/generator.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import type { TestCase } from '../harness/case.js';
import { evaluate } from '../nets/evaluate.js';
import { changed, generatorWeights, uniform } from '../nets/random-weights.js';
import { NARROW } from './random-model.js';

const STEPS: readonly (readonly [right: number, down: number])[] = [
  [1, 0],
  [0, -1],
];

/**
 * Moves the base code of side `size` of a generated picture by a cell, and the picture by as many pixels. Returns the least
 * PSNR of the two, `margin` cells from the borders, and the greatest of the picture where nothing has moved.
 */
async function move(device: Device, generator: Generator, size: number, margin: number) {
  const { resolution, rows, wDim } = generator;
  const z = { shape: [1, generator.zDim], data: uniform('z', [1, generator.zDim]) };
  const first = await evaluate(device, { z }, (inputs) => {
    const code = generator.code(generator.mapping(inputs.z!));
    return { outputs: { code, base: generator.baseCode(code, size) } };
  });
  const base = first.base!;
  const read = rows - generator.firstRow(size);
  const detail = { shape: [1, read, wDim], data: first.code!.slice(-read * wDim) };
  const draw = async (values: Float32Array) => {
    const f = { shape: [1, size, size, generator.channels(size)], data: values };
    const { image } = await evaluate(device, { f, detail }, (inputs) => ({
      outputs: { image: generator.synthesisFrom(inputs.f!, inputs.detail!) },
    }));
    return image!;
  };
  const picture = await draw(base);
  const cell = resolution / size;
  let [moved, unmoved] = [Infinity, -Infinity];
  for (const [right, down] of STEPS) {
    const wanted = shifted(picture, resolution, cell * right, cell * down);
    const quality = (image: Float32Array) =>
      psnrOfError(127.5 ** 2 * squaredErrorWithin(image, wanted, resolution, cell * margin));
    moved = Math.min(moved, quality(await draw(shifted(base, size, right, down))));
    unmoved = Math.max(unmoved, quality(picture));
  }
  return { moved, unmoved };
}

export const cases: TestCase[] = [
  {
    name: 'f moved by a cell moves the picture by a cell’s pixels, away from the borders',
    async run(t) {
      // Without noise, which would stay where it is.
      const still = (key: string, data: Float32Array) =>
        key.endsWith('noise_strength') ? data.map(() => 0) : undefined;
      const generator = new StyleGan2(changed(generatorWeights(NARROW, 32), still));
      for (const [size, margin, gain] of [
        // Borders are felt one cell deep through a 3x3 convolution, and as deep through an up-convolution: from side 16 to 64
        // less than 1 + 1 + 1/2 + 1/2 + 1/4 cells, and one more for the step. Further in the two differ by rounding alone.
        [16, 5, 60],
        // At side 8 the same reaches the middle; three cells in it is a hundredth of what the motion changes.
        [8, 3, 20],
      ] as const) {
        const { moved, unmoved } = await move(await t.device(), generator, size, margin);
        assert.ok(moved > unmoved + gain, `side ${size}: ${moved} dB, and ${unmoved} dB where f stays`);
      }
    },
  },
  {
    name: 'the default model does the same, its noise included',
    async run(t) {
      const { generator, baseSize } = await loadModel((file) => t.file(`weights/${file}`));
      const { moved, unmoved } = await move(await t.device(), generator, baseSize, 2);
      assert.ok(moved > unmoved + 6, `${moved} dB, and ${unmoved} dB where f stays`);
    },
  },
];

import { TensorFile } from '../../src/io/safetensors.js';
import { BasecodeEncoder } from '../../src/nets/basecode-encoder.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate } from './evaluate.js';
import { encoderWeights, uniform } from './random-weights.js';

function recorded(name: string, widths: readonly number[], side: number, batch: number): TestCase {
  return {
    name: `E, ${name}`,
    async run(t) {
      const encoder = new BasecodeEncoder(encoderWeights(widths));
      const shape = [batch, 8 * side, 8 * side, 3];
      const picture = { shape, data: uniform(`encoder ${name} picture`, shape, 0.5) };
      const { base } = await evaluate(await t.device(), { picture }, (inputs) => ({
        outputs: { base: encoder.encode(inputs.picture!) },
      }));
      const file = TensorFile.parse(await t.fixture('networks'));
      assertRecorded(base!, file, `encoder ${name}`, { relativeL2: 2e-5, greatest: 2e-5 });
    },
  };
}

export const cases: TestCase[] = [
  recorded('odd', [5, 7, 9, 11, 6], 8, 2),
  recorded('narrow', [8, 16, 24, 24, 32], 16, 1),
];

import * as assert from 'uvu/assert';
import { meanSquaredError } from '../../src/autograd/ops/reduce.js';
import { FwplusError } from '../../src/errors.js';
import { checkPNorm, clipToPNorm, unwhiten, whiten } from '../../src/inversion/pnorm.js';
import { TensorFile } from '../../src/io/safetensors.js';
import type { TestCase } from '../harness/case.js';
import { assertRecorded, evaluate } from '../nets/evaluate.js';
import { pnormStatistics, uniform } from '../nets/random-weights.js';

const shape = [2, 5, 32];
const code = { shape, data: uniform('pnorm code', shape) };

export const cases: TestCase[] = [
  {
    name: 'whitening, clipping and the gradient of the penalty, as recorded',
    async run(t) {
      const statistics = pnormStatistics(32);
      const found = await evaluate(await t.device(), { code }, (inputs) => {
        const w = inputs.code!;
        const v = whiten(w, statistics);
        return {
          outputs: { v, clipped: clipToPNorm(w, statistics) },
          loss: meanSquaredError(v, w.graph.filled(shape, 0), 7 * 32),
          withRespectTo: ['code'],
        };
      });
      const file = TensorFile.parse(await t.fixture('networks'));
      const bounds = { relativeL2: 2e-5, greatest: 2e-5 };
      assertRecorded(found.v!, file, 'pnorm whitened', bounds);
      assertRecorded(found.clipped!, file, 'pnorm clipped', bounds);
      assertRecorded(found['code gradient']!, file, 'pnorm penalty gradient', bounds);
    },
  },
  {
    name: 'unwhitening undoes whitening',
    async run(t) {
      const statistics = pnormStatistics(32);
      const { back } = await evaluate(await t.device(), { code }, (inputs) => ({
        outputs: { back: unwhiten(whiten(inputs.code!, statistics), statistics) },
      }));
      const worst = Math.max(...back!.map((value, at) => Math.abs(value - code.data[at]!)));
      assert.ok(worst < 1e-5, `off by ${worst}`);
    },
  },
  {
    name: 'statistics of another width, or with an eigenvalue of 0, are refused',
    run() {
      const statistics = pnormStatistics(32);
      assert.throws(
        () => checkPNorm(statistics, 64),
        (error: unknown) => error instanceof FwplusError,
      );
      const eigenvalues = statistics.eigenvalues.with(7, 0);
      assert.throws(
        () => checkPNorm({ ...statistics, eigenvalues }, 32),
        (error: unknown) => error instanceof FwplusError && /eigenvalue 7 is 0/.test(error.message),
      );
    },
  },
];

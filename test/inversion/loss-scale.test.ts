/** Where the loss is scaled, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lossScaleFor } from '../../src/inversion/loss-scale.js';

test('the loss is scaled where operands are in half precision, and by a power of two', () => {
  assert.is(lossScaleFor({}), 1);
  const scale = lossScaleFor({ matrix: { M: 8, N: 8, K: 8 } });
  assert.ok(scale > 1 && Number.isInteger(Math.log2(scale)));
});

test.run();

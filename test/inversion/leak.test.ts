/** Nothing grows: neither GPU buffers nor the process, however many inversions it makes. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDevice } from '../../src/engine/device.js';
import { Inverter } from '../../src/inversion/inverter.js';
import { defaultMethod } from '../../src/inversion/method.js';
import type { Held } from './many-inversions.js';
import { randomModel, targetOf } from './random-model.js';

test('fifty inversions: after the first five no buffer and no memory more', async () => {
  // V8 lets its young generation grow to 48 MiB before it collects it; held to 3, what is left to grow is ours.
  const flags = ['--expose-gc', '--max-semi-space-size=1'];
  const script = fileURLToPath(new URL('many-inversions.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script]);
  const [early, middle, late] = JSON.parse(stdout) as [Held, Held, Held];
  for (const { bytes, buffers } of [middle, late])
    assert.equal({ bytes, buffers }, { bytes: early.bytes, buffers: early.buffers });
  const growth = (from: Held, to: Held) => to.residentMebibytes - from.residentMebibytes;
  // Compiled code and the allocator's own pools grow by up to 10, once, early or late.
  assert.ok(growth(early, middle) < 16, `grown by ${growth(early, middle).toFixed(1)} MiB from 5 to 50`);
  assert.ok(growth(middle, late) < 8, `grown by ${growth(middle, late).toFixed(1)} MiB from 50 to 95`);
});

test('an inverter that is destroyed leaves nothing behind', async () => {
  const model = randomModel({ 4: 16, 8: 16, 16: 16 });
  const method = defaultMethod('f/w+', 8);
  const target = targetOf(model, method);
  const device = await openDevice();
  const { buffers, bytes } = device.memory;
  for (let at = 0; at < 10; at++) {
    const inverter = await Inverter.build(device, model, method);
    assert.ok(device.memory.buffers > buffers);
    await inverter.run(target, { steps: 1 });
    inverter.destroy();
    assert.is(device.memory.bytes, bytes, `after inverter ${at}`);
    assert.is(device.memory.buffers, buffers, `after inverter ${at}`);
  }
  device.destroy();
});

test.run();

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

test('three hundred inversions: after the first twenty no buffer and no memory more', async () => {
  // V8 lets its young generation grow to 48 MiB before it collects it; held to 3, what is left to grow is ours.
  const flags = ['--expose-gc', '--max-semi-space-size=1'];
  const script = fileURLToPath(new URL('many-inversions.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script]);
  const [early, middle, late] = JSON.parse(stdout) as [Held, Held, Held];
  for (const { bytes, buffers } of [middle, late])
    assert.equal({ bytes, buffers }, { bytes: early.bytes, buffers: early.buffers });
  const growth = [
    middle.residentMebibytes - early.residentMebibytes,
    late.residentMebibytes - middle.residentMebibytes,
  ];
  const said = `grown by ${growth.map((each) => each.toFixed(1)).join(' MiB from 20 to 160, and by ')} MiB from 160 to 300`;
  // Compiled code and the allocator's own pools grow by up to 17, once, early or late; a leak of 60 KiB an inversion grows by 8 in both halves.
  assert.ok(Math.max(...growth) < 24, said);
  assert.ok(Math.min(...growth) < 8, said);
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

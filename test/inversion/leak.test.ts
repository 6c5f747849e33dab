/** Nothing grows: neither GPU buffers nor the process, however many inversions it makes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Device, openDevice } from '../../src/engine/device.js';
import { Inverter } from '../../src/inversion/inverter.js';
import { defaultMethod } from '../../src/inversion/method.js';
import { randomModel, targetOf } from './random-model.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const model = randomModel({ 4: 16, 8: 16, 16: 16 });
const method = defaultMethod('f/w+', 8);
const target = targetOf(model, method);

async function residentMebibytes(device: Device): Promise<number> {
  await device.idle();
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss / 2 ** 20;
}

test('fifty inversions: after the first five no buffer and no memory more', async () => {
  const device = await openDevice();
  const inverter = await Inverter.build(device, model, method, 4);
  for (let at = 0; at < 5; at++) await inverter.run(target, { steps: 4 });
  const { bytes, buffers } = device.memory;
  const before = await residentMebibytes(device);
  for (let at = 5; at < 50; at++) await inverter.run(target, { steps: 4 });
  assert.is(device.memory.bytes, bytes);
  assert.is(device.memory.buffers, buffers);
  const growth = (await residentMebibytes(device)) - before;
  // One picture's tensors alone are 3 MiB here, so a leak of as little as a tenth of them an inversion shows.
  assert.ok(growth < 16, `the process has grown by ${growth.toFixed(1)} MiB`);
  inverter.destroy();
  device.destroy();
});

test('an inverter that is destroyed leaves nothing behind', async () => {
  const device = await openDevice();
  const { buffers, bytes } = device.memory;
  for (let at = 0; at < 10; at++) {
    const inverter = await Inverter.build(device, model, method, 4);
    assert.ok(device.memory.buffers > buffers);
    await inverter.run(target, { steps: 1 });
    inverter.destroy();
    assert.is(device.memory.bytes, bytes, `after inverter ${at}`);
    assert.is(device.memory.buffers, buffers, `after inverter ${at}`);
  }
  device.destroy();
});

test.run();

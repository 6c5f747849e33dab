/**
 * A process of its own for leak.test.ts, which says how it is started: makes inversions, and prints what it holds after
 * some of them.
 */
import { openDevice } from '../../src/engine/device.js';
import { Inverter } from '../../src/inversion/inverter.js';
import { defaultMethod } from '../../src/inversion/method.js';
import { randomModel, targetOf } from './random-model.js';

export interface Held {
  readonly bytes: number;
  readonly buffers: number;
  readonly residentMebibytes: number;
}

const STEPS = 4;
const model = randomModel({ 4: 16, 8: 16, 16: 16 });
const method = defaultMethod('f/w+', 8);
const target = targetOf(model, method);
const device = await openDevice();
const inverter = await Inverter.build(device, model, method);

async function held(): Promise<Held> {
  await device.idle();
  for (let round = 0; round < 3; round++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { bytes, buffers } = device.memory;
  return { bytes, buffers, residentMebibytes: process.memoryUsage().rss / 2 ** 20 };
}

const found: Held[] = [];
for (let at = 1; at <= 300; at++) {
  await inverter.run(target, { steps: STEPS });
  if ([20, 160, 300].includes(at)) found.push(await held());
}
inverter.destroy();
device.destroy();
process.stdout.write(JSON.stringify(found));

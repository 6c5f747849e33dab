import * as assert from 'uvu/assert';
import type { TestCase } from './case.js';

export const cases: TestCase[] = [
  {
    name: 'what is written to the device comes back, in both hosts',
    async run(t) {
      const device = await t.device();
      const values = Float32Array.from({ length: 1000 }, (_, i) => Math.fround(Math.sin(i)));
      const buffer = device.createBuffer('round trip', values.byteLength);
      device.write(buffer, values);
      const back = new Float32Array(await device.read(buffer));
      device.destroyMemory(buffer);
      assert.equal([...back], [...values]);
      t.record('round trip', back, { absolute: 0 });
    },
  },
  {
    name: 'there is one device for all cases',
    async run(t) {
      assert.is(await t.device(), await t.device());
    },
  },
  {
    name: 'a file of the repository is read',
    async run(t) {
      const text = new TextDecoder().decode(await t.file('package.json'));
      assert.is(JSON.parse(text).name, 'fwplus');
    },
  },
];

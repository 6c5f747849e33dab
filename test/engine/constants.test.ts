/** Packed weights: shared while they are used, and kept longer where that is wanted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDevice } from '../../src/engine/device.js';

test('weights are packed once while they are used, and stay unused only where that is wanted', async () => {
  const device = await openDevice();
  const { constants } = device;
  const before = device.memory.buffers;
  const data = new Float32Array(64);
  let packed = 0;
  const packing = {
    key: 'as they are',
    pack: () => {
      packed++;
      return data;
    },
  };
  const use = () => constants.acquire('weights', data, packing);
  const live = () => device.memory.buffers - before;

  assert.is(use(), use());
  constants.release(data, packing);
  assert.is(live(), 1);
  constants.release(data, packing);
  assert.equal([live(), packed], [0, 1]);

  constants.keepsUnused = true;
  const kept = use();
  constants.release(data, packing);
  assert.equal([live(), packed], [1, 2]);
  assert.is(use(), kept);
  constants.releaseUnused(); // it is used
  constants.release(data, packing);
  assert.equal([live(), packed], [1, 2]);
  constants.releaseUnused();
  assert.is(live(), 0);
  device.destroy();
});

test.run();

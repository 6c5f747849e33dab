import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Launch } from '../../../src/engine/launch.js';
import { leastTraffic } from '../../../src/engine/measure/traffic.js';
import type { Storage } from '../../../src/engine/storage.js';

const memory = (label: string, bytes: number): Storage => ({ kind: 'temporary', label, bytes });

/** y = a · b */
function scale(x: Storage, factors: Storage, y: Storage): Launch<Storage> {
  return {
    kernel: 'channel_scale',
    label: 'scale',
    bindings: { x, factors, y },
    params: { count: 1, pixels: 1, channels: 1 },
    workgroups: [1, 1, 1],
    constants: {},
    flops: 0,
  };
}

test('what is read and what is written count once each', () => {
  const a = memory('a', 100);
  assert.is(leastTraffic([scale(a, memory('b', 10), memory('y', 1))]), 111);
  assert.is(leastTraffic([scale(a, a, memory('y', 1))]), 101);
});

test('what lies between launches does not count', () => {
  const [a, between, y] = [memory('a', 100), memory('between', 1000), memory('y', 1)];
  assert.is(leastTraffic([scale(a, a, between), scale(between, a, y)]), 101);
});

test('a part stands for the whole that it is of', () => {
  const whole = memory('whole', 1024);
  const part: Storage = { kind: 'view', label: 'part', bytes: 256, of: whole, offset: 256 };
  assert.is(leastTraffic([scale(part, whole, memory('y', 1))]), 1025);
});

test.run();

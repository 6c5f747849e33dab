/** The memory that programs of one device share. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../src/autograd/compile.js';
import { Graph } from '../../src/autograd/graph.js';
import { scale } from '../../src/autograd/ops/elementwise.js';
import { type Device, openDevice } from '../../src/engine/device.js';

/** Three times 2, with two temporaries between. */
async function eightfold(device: Device, size: number) {
  const graph = new Graph();
  const x = graph.variable('x', [size]);
  const y = scale(scale(scale(x, 2), 2), 2);
  const executable = await compile(device, graph, { name: 'eightfold', outputs: [y], variables: [x] });
  const run = async (value: number) => {
    executable.write(x, new Float32Array(size).fill(value));
    executable.run();
    return new Set(await executable.read(y));
  };
  return { executable, run };
}

test('programs share what they need only within a run, and outlive each other', async () => {
  const device = await openDevice();
  const { bytes: before, buffers } = device.memory;
  const small = await eightfold(device, 1000);
  const large = await eightfold(device, 4000);
  const { bytes } = device.memory;
  const again = await eightfold(device, 3000);
  const { temporaries, total } = again.executable.memory;
  assert.is(temporaries, 2 * 12000);
  assert.is(device.memory.bytes - bytes, total - temporaries, 'finds room in the large one’s');

  assert.equal([...(await large.run(1))], [8]);
  assert.equal([...(await again.run(2))], [16]);
  large.executable.destroy();
  assert.equal([...(await again.run(3))], [24]);
  assert.equal([...(await small.run(4))], [32]);
  again.executable.destroy();
  small.executable.destroy();
  assert.equal([device.memory.bytes, device.memory.buffers], [before, buffers]);
  device.destroy();
});

test.run();

/** Waiting for the GPU takes no core of the processor, and nobody else's setImmediate is changed by it. */
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../src/autograd/compile.js';
import { Graph } from '../../src/autograd/graph.js';
import { convolution } from '../../src/autograd/ops/convolution.js';
import { openDevice } from '../../src/engine/device.js';

test('the event loop sleeps through a long wait', async () => {
  const device = await openDevice();
  const graph = new Graph();
  const x = graph.variable('picture', [1, 256, 256, 64]);
  const weight = graph.constant('weight', [64, 64, 3, 3], new Float32Array(36864).fill(0.01));
  const y = convolution(x, weight, { padding: 1 });
  const program = await compile(device, graph, { name: 'work', outputs: [y] });
  program.run();
  await device.idle();
  let milliseconds = 0;
  let utilization = 1;
  for (let runs = 8; milliseconds < 150; runs *= 2) {
    for (let at = 0; at < runs; at++) program.run();
    const [began, before] = [performance.now(), performance.eventLoopUtilization()];
    await device.idle();
    milliseconds = performance.now() - began;
    utilization = performance.eventLoopUtilization(before).utilization;
  }
  // It is 1 where Dawn asks at every turn.
  assert.ok(utilization < 0.5, `${(100 * utilization).toFixed(0)} % of ${milliseconds.toFixed(0)} ms`);
  program.destroy();
  device.destroy();
});

test('setImmediate is what it was to everybody else', async () => {
  const device = await openDevice();
  const order: string[] = [];
  await new Promise<void>((done) => {
    setTimeout(() => {
      setTimeout(() => order.push('timer'), 0);
      setImmediate((word: string) => order.push(word), 'immediate');
      const cleared = setImmediate(() => order.push('cleared'));
      clearImmediate(cleared);
      setTimeout(done, 20);
    }, 0);
  });
  assert.equal(order, ['immediate', 'timer']);
  assert.is(await promisify(setImmediate)('value'), 'value');
  let isResolved = false;
  await new Promise<void>((done) => {
    // A promise's resolver looks much like Dawn's callback.
    new Promise<void>((resolve) => clearImmediate(setImmediate(resolve).unref())).then(() => {
      isResolved = true;
    });
    setTimeout(done, 20);
  });
  assert.not.ok(isResolved, 'what was cleared does not run');
  await new Promise<void>((resolve) => setImmediate(resolve));
  device.destroy();
});

test.run();

/** The engine as an entry of its own, as a user writes it. */

import {
  adam,
  advance,
  compile,
  Graph,
  gradients,
  meanSquaredError,
  openDevice,
  stepCounter,
} from 'fwplus/engine';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('a square is minimised through fwplus/engine', async () => {
  const device = await openDevice();
  const graph = new Graph();
  const x = graph.variable('x', [1, 2]);
  const loss = meanSquaredError(x, graph.constant('target', [1, 2], Float32Array.of(1, -2)));
  const counter = stepCounter(graph);
  adam(x, gradients(loss, [x])[0]!, counter, { learningRate: 0.1 });
  advance(counter);
  const program = await compile(device, graph, { name: 'square', outputs: [loss], variables: [x] });
  for (let step = 0; step < 200; step++) program.run();
  const [a, b] = await program.read(x);
  assert.ok(Math.abs(a! - 1) < 1e-2 && Math.abs(b! + 2) < 1e-2, `${a}, ${b}`);
  program.destroy();
  device.destroy();
});

test.run();

/** Compiling on several devices: on llvmpipe alone, with nothing left behind, and safe for every kernel there is. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compilesAtFirstRun } from '../../src/engine/adapter.js';
import { type Compiled, compileTogether } from '../../src/engine/compile-together.js';
import { type Device, openDevice } from '../../src/engine/device.js';
import { kernels, sources } from '../../src/engine/kernels.gen.js';
import { type KernelName, kernelInfo } from '../../src/engine/launch.js';

/** Without those of matrix units, which llvmpipe has not. */
const all: Compiled[] = (Object.keys(kernels) as KernelName[])
  .filter(
    (kernel) => !/enable (f16|chromium)/.test(sources[kernelInfo(kernel).family as keyof typeof sources]),
  )
  .map((kernel) => ({ kernel, constants: {} }));

test('every kernel ends, writes nothing it may not, and leaves no memory behind', async () => {
  const device = await openDevice();
  const before = device.memory;
  await compileTogether(device, all);
  device.check();
  assert.equal([device.memory.buffers, device.memory.bytes], [before.buffers, before.bytes]);
  if (!compilesAtFirstRun(device.facts)) return;
  const compiled = device.pipelineCount;
  assert.ok(compiled >= all.length);
  await compileTogether(device, all);
  assert.is(device.pipelineCount, compiled);
  device.destroy();
});

test('other adapters compile as they always do', async () => {
  const real = await openDevice();
  const device = new Proxy(real, {
    get: (target, name) =>
      name === 'facts' ? { ...real.facts, name: 'some card' } : Reflect.get(target, name, target),
  }) as Device;
  await compileTogether(device, all);
  assert.is(real.pipelineCount, 1); // that of the subgroup probe
  real.destroy();
});

test.run();

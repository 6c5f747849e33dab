/** Compiling on several devices: on llvmpipe alone, safe for every kernel, whatever becomes of the further devices. */
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compilesAtFirstRun } from '../../src/engine/adapter.js';
import { type Compiled, type CompileOptions, compileTogether } from '../../src/engine/compile-together.js';
import { type Device, openDevice } from '../../src/engine/device.js';
import { kernels, sources } from '../../src/engine/kernels.gen.js';
import { type KernelName, kernelInfo } from '../../src/engine/launch.js';

/** Without those of matrix units, which llvmpipe has not. */
const all: Compiled[] = (Object.keys(kernels) as KernelName[])
  .filter(
    (kernel) => !/enable (f16|chromium)/.test(sources[kernelInfo(kernel).family as keyof typeof sources]),
  )
  .map((kernel) => ({ kernel, constants: {} }));
const some = all.filter(({ kernel }) => /elementwise|pooling|reduce|adam/.test(kernel));

/** The device as another, and how often something was submitted to it. */
function watched(
  real: Device,
  name = real.facts.name,
  instead: Readonly<Record<string | symbol, unknown>> = {},
) {
  const counted = { submits: 0 };
  const device = new Proxy(real, {
    get: (target, key) => {
      if (key === 'facts') return { ...target.facts, name };
      if (key in instead) return instead[key];
      if (key === 'submit') counted.submits++;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as Device;
  return { device, counted };
}

function lost(): never {
  throw new Error('the device was lost');
}

/** A helper that may be waited for: `idle` of the first device does so, after a first run that looks long: what the driver has kept is then worth a helper. */
function awaited(real: Device) {
  let runs = 0;
  let gone = () => {};
  const isGone = new Promise<void>((resolve) => {
    gone = resolve;
  });
  return {
    idle: () => Promise.all([runs++ < 2 ? delay(300) : isGone, real.idle()]),
    /** Calls `then`, too. */
    onDestroy: (device: Device, then = gone) => {
      const destroy = device.destroy.bind(device);
      device.destroy = () => {
        destroy();
        then();
      };
    },
    gone,
  };
}

async function withDevice(body: (real: Device) => Promise<void>): Promise<void> {
  const real = await openDevice();
  try {
    if (compilesAtFirstRun(real.facts)) await body(real);
    else process.stdout.write('    not tested: this adapter compiles as kernels are built\n');
  } finally {
    real.destroy();
  }
}

test('every kernel ends with parameters of zero, runs once, and leaves no memory behind', () =>
  withDevice(async (real) => {
    const { device, counted } = watched(real);
    const before = real.memory;
    const options: CompileOptions = { compilers: 2, newMilliseconds: Infinity, few: 0 };
    await compileTogether(device, all, options);
    real.check();
    assert.is(counted.submits, all.length);
    assert.equal([real.memory.buffers, real.memory.bytes], [before.buffers, before.bytes]);
    const { submits } = counted;
    await compileTogether(device, all, options);
    assert.is(counted.submits, submits);
  }));

test('further devices take their part and are destroyed; one that cannot be had, or fails, is done without', () =>
  withDevice(async (real) => {
    const { idle, gone, onDestroy } = awaited(real);
    const { device, counted } = watched(real, real.facts.name, { idle });
    let asked = 0;
    let destroyed = 0;
    let helping = { submits: 0 };
    await compileTogether(device, some, {
      compilers: 4,
      newMilliseconds: 0,
      open: async () => {
        asked++;
        if (asked === 1) throw new Error('no more devices');
        const isLost = asked === 2;
        const helper = await openDevice();
        onDestroy(helper, () => {
          destroyed++;
          if (!isLost) gone();
        });
        if (isLost) return watched(helper, helper.facts.name, { submit: lost }).device;
        const seen = watched(helper);
        helping = seen.counted;
        return seen.device;
      },
    });
    assert.equal([asked, destroyed], [3, 2]);
    assert.ok(counted.submits > 0);
    assert.ok(helping.submits > 5, `${helping.submits} submits of a helper, the first one a trial`);
    real.check();
  }));

test('a kernel that does not build ends the rest at once, whichever device would have compiled it', () =>
  withDevice(async (real) => {
    const broken = some[some.length - 2]!;
    const { idle, onDestroy } = awaited(real);
    const { device } = watched(real, real.facts.name, {
      pipeline: (kernel: KernelName) =>
        kernel === broken.kernel ? Promise.reject(new Error('no such kernel')) : real.pipeline(kernel, {}),
      idle,
    });
    const open = async () => {
      const helper = await openDevice();
      onDestroy(helper);
      return helper;
    };
    const compiling = compileTogether(device, some, { compilers: 2, newMilliseconds: 0, open });
    let message = '';
    await compiling.catch((error: Error) => {
      message = error.message;
    });
    assert.is(message, 'no such kernel');
    await real.idle();
    real.check();
  }));

test('other adapters, and one processor, compile as they always do', () =>
  withDevice(async (real) => {
    const other = watched(real, 'some card');
    await compileTogether(other.device, some, { compilers: 4 });
    const alone = watched(real);
    await compileTogether(alone.device, some, { compilers: 1 });
    assert.equal([other.counted.submits, alone.counted.submits], [0, 0]);
  }));

test.run();

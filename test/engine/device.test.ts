/** What the device says when things go wrong, and what it leaves behind. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../src/autograd/compile.js';
import { Graph } from '../../src/autograd/graph.js';
import { convolution } from '../../src/autograd/ops/convolution.js';
import { scale } from '../../src/autograd/ops/elementwise.js';
import { describeAdapter, factsOf, requestAdapter } from '../../src/engine/adapter.js';
import { Device, openDevice } from '../../src/engine/device.js';
import { sources } from '../../src/engine/kernels.gen.js';
import type { Launch } from '../../src/engine/launch.js';
import { subgroupsAreWhole } from '../../src/engine/probes.js';
import { Program } from '../../src/engine/program.js';
import type { Persistent, Storage } from '../../src/engine/storage.js';
import { FwplusError } from '../../src/errors.js';
import { StyleGan2 } from '../../src/nets/stylegan2.js';
import { generatorWeights } from '../nets/random-weights.js';

/** A device of which some members are replaced. */
async function deviceWith(
  replaced: (real: GPUDevice) => Partial<Record<keyof GPUDevice, unknown>>,
): Promise<Device> {
  const { instance, adapter } = await requestAdapter();
  const real = await adapter.requestDevice();
  const members = replaced(real) as Record<string | symbol, unknown>;
  const fake = new Proxy(real, {
    get: (target, key) => {
      if (key in members) return members[key];
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Device(instance, fake, { ...factsOf({ adapter, instance }), subgroupSize: 0 }); // asked for no feature
}

async function messageOf(body: () => unknown): Promise<string> {
  try {
    await body();
  } catch (error) {
    assert.instance(error, FwplusError);
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

/** x [1, 4, 4, 2], convolved: a program that has something heavy in it. */
async function smallProgram(device: Device) {
  const graph = new Graph();
  const x = graph.variable('picture', [1, 4, 4, 2]);
  const weight = graph.constant('weight', [3, 2, 3, 3], new Float32Array(54).fill(1));
  const y = graph.scoped('layer', () => convolution(x, weight, { padding: 1 }));
  const executable = await compile(device, graph, { name: 'small', outputs: [y] });
  return { executable, x, y };
}

test('a compile error names file, line and adapter, and shows the line', async () => {
  const device = await deviceWith((real) => ({
    createShaderModule: ({ code, ...rest }: GPUShaderModuleDescriptor) =>
      real.createShaderModule({ ...rest, code: code.replace('y[i] = a[i];', 'y[i] = b[i];') }),
  }));
  const message = await messageOf(() => device.pipeline('copy', {}));
  const line = sources.copy!.split('\n').indexOf('    y[i] = a[i];') + 1; // behind an include
  assert.match(message, new RegExp(`shaders/copy\\.wgsl:${line}:\\d+: .*'b'`));
  assert.match(message, `\n   ${line} |     y[i] = `);
  assert.match(message, describeAdapter(device.facts));
  device.destroy();
});

test('a lost device is reported with the program and the heaviest kernel', async () => {
  let lose: (info: { reason: string; message: string }) => void = () => undefined;
  const lost = new Promise((resolve) => {
    lose = resolve;
  });
  const device = await deviceWith(() => ({ lost }));
  const { executable } = await smallProgram(device);
  executable.run();
  device.check();
  lose({ reason: 'unknown', message: 'the watchdog bit' });
  await lost;
  const message = await messageOf(() => executable.run());
  assert.match(message, 'lost');
  assert.match(message, 'the watchdog bit');
  assert.match((await device.lost).message, 'the watchdog bit');
  assert.match(message, "program 'small' was running");
  assert.match(message, /conv\w* for 'layer\.convolution'/);
  assert.match(message, describeAdapter(device.facts));
  device.destroy();
});

test('a read that the device does not survive says what was running', async () => {
  const device = await openDevice();
  const { executable, y } = await smallProgram(device);
  executable.run();
  const read = messageOf(() => executable.read(y));
  device.destroy();
  const message = await read;
  assert.match(message, /[Rr]ead(ing)? 'layer\.convolution'/);
  assert.match(message, "program 'small'");
});

test('a GPU error reaches the next check', async () => {
  const device = await openDevice();
  const buffer = device.createBuffer('small', 16);
  device.submit('an invalid copy', (encoder) =>
    encoder.copyBufferToBuffer(buffer.gpu, 0, buffer.gpu, 1024, 16),
  );
  const message = await messageOf(async () => {
    await device.idle();
    device.check();
  });
  assert.match(message, 'the GPU reported an error');
  assert.match(message, 'an invalid copy');
  device.destroy();
});

test('a tensor over the limit is refused by name and size, and nothing is left of its program', async () => {
  const device = await openDevice();
  const before = device.memory;
  const graph = new Graph();
  const small = graph.variable('small', [64]);
  const large = graph.variable('huge picture', [1, 8192, 8192, 3]);
  const outputs = [scale(small, 2), graph.scoped('deep', () => scale(scale(large, 2), 2))];
  const message = await messageOf(() => compile(device, graph, { name: 'too large', outputs }));
  assert.match(message, /memory 0 for deep\.scale' needs 805306368 bytes/);
  assert.match(message, String(device.limits.maxStorageBufferBindingSize));
  assert.equal([device.memory.buffers, device.memory.bytes], [before.buffers, before.bytes]);
  device.destroy();
});

test('memory that the GPU refuses is named when the program is built, and nothing is left of it', async () => {
  let refused = '';
  const device = await deviceWith((real) => ({
    createBuffer: (descriptor: GPUBufferDescriptor) =>
      // More than any device allows: an error in the scope, and a buffer that is none.
      real.createBuffer(
        refused !== '' && descriptor.label?.startsWith(refused)
          ? { ...descriptor, size: 2 ** 48 }
          : descriptor,
      ),
    createTexture: (descriptor: GPUTextureDescriptor) =>
      real.createTexture(
        refused !== '' && descriptor.label?.startsWith(refused)
          ? { ...descriptor, size: [2 ** 20] }
          : descriptor,
      ),
  }));
  const { executable } = await smallProgram(device);
  const before = device.memory;
  for (const label of [
    'picture',
    'small parameters',
    'layer.convolution',
    'weight (', // in whatever layout
  ]) {
    refused = label;
    const message = await messageOf(() => smallProgram(device));
    assert.ok(message.includes(`'${label}`), `${label}: ${message}`);
    assert.match(message, describeAdapter(device.facts));
    assert.equal([device.memory.buffers, device.memory.bytes], [before.buffers, before.bytes], label);
  }
  // The device goes on, and what is there already works.
  refused = '';
  const again = await smallProgram(device);
  again.executable.run();
  executable.run();
  await device.idle();
  again.executable.destroy();
  assert.equal([device.memory.buffers, device.memory.bytes], [before.buffers, before.bytes]);
  device.destroy();
});

test('a program whose bind groups cannot be made leaves nothing behind, and the kernel is named', async () => {
  let broken = false;
  const device = await deviceWith((real) => ({
    createBindGroup: (descriptor: GPUBindGroupDescriptor) =>
      real.createBindGroup(broken ? { ...descriptor, entries: [] } : descriptor),
  }));
  const { buffers, bytes } = device.memory;
  broken = true;
  assert.match(
    await messageOf(() => smallProgram(device)),
    /bind group of kernel 'conv\w*' for 'layer\.convolution'/,
  );
  assert.equal([device.memory.buffers, device.memory.bytes], [buffers, bytes]);
  device.destroy();
});

test('a profile that fails leaves nothing behind', async () => {
  let destroyed = 0;
  const device = await deviceWith((real) => ({
    features: new Set(['timestamp-query']),
    createQuerySet: () => ({ destroy: () => destroyed++ }),
    createBuffer: (descriptor: GPUBufferDescriptor) =>
      real.createBuffer(descriptor.label === 'profile' ? { ...descriptor, size: 2 ** 48 } : descriptor),
    createCommandEncoder: (descriptor: GPUCommandEncoderDescriptor) => {
      if (/^profiling/.test(descriptor?.label ?? '')) throw new FwplusError('no encoder');
      return real.createCommandEncoder(descriptor);
    },
  }));
  const { executable } = await smallProgram(device);
  const { buffers } = device.memory;
  await messageOf(() => executable.profile());
  assert.is(device.memory.buffers, buffers);
  assert.is(destroyed, 1);
  device.destroy();
});

test('a read that fails waits for the reason of the loss', async () => {
  let lose: (info: { reason: string; message: string }) => void = () => undefined;
  const lost = new Promise((resolve) => {
    lose = resolve;
  });
  const device = await deviceWith((real) => ({
    lost,
    createBuffer: (descriptor: GPUBufferDescriptor) => {
      const buffer = real.createBuffer(descriptor);
      if (/^read/.test(descriptor.label ?? '')) {
        buffer.mapAsync = () => {
          setTimeout(() => lose({ reason: 'unknown', message: 'the watchdog bit' }), 20);
          return Promise.reject(new Error('mapping was aborted'));
        };
      }
      return buffer;
    },
  }));
  const { executable, y } = await smallProgram(device);
  executable.run();
  assert.match(await messageOf(() => executable.read(y)), /lost \(the watchdog bit\).*program 'small'/);
  device.destroy();
});

test('subgroups are used only where a workgroup is one', async () => {
  const device = await openDevice();
  const { subgroupSize } = device.facts;
  const told = factsOf(await requestAdapter()).subgroupSize;
  assert.is(subgroupSize, told, 'what the adapter tells is true here');
  if (told > 0) {
    assert.is(await subgroupsAreWhole(device, told), true);
    // A workgroup of twice or half as many threads is not one whole subgroup.
    assert.is(await subgroupsAreWhole(device, 2 * told), false);
    assert.is(await subgroupsAreWhole(device, told / 2), false);
  }
  assert.is(device.memory.buffers, 0);
  device.destroy();
  const without = await openDevice({ subgroups: false });
  assert.is(without.facts.subgroupSize, 0);
  without.destroy();
});

test('matrix units that cannot be tried are refused, with the reason', async () => {
  const device = await openDevice();
  if (device.facts.subgroupSize === 0 || device.facts.matrix) return device.destroy();
  const tried = await device.tryMatrices({ M: 8, N: 8, K: 8 }).catch((error) => error);
  assert.match(
    tried.message,
    /^Matrix units are wanted, which .* has, but could not be tried: .*matrix_probe/s,
  );
  assert.is(device.facts.matrix, undefined);
  const other = await openDevice();
  const missing = await other.tryMatrices(undefined).catch((error) => error);
  assert.match(missing.message, /does not offer to WebGPU/);
  for (const each of [device, other]) each.destroy();
});

test('a profile of more launches than one set of timestamps holds', async () => {
  const device = await openDevice();
  if (!device.hasTimestamps) return device.destroy();
  const a: Persistent = { kind: 'persistent', label: 'a', bytes: 4 };
  const b: Persistent = { kind: 'persistent', label: 'b', bytes: 4 };
  const launches = Array.from({ length: 2049 }, (_, at): Launch<Storage> => {
    const bindings = at % 2 === 0 ? { a, y: b } : { a: b, y: a };
    const params = { count: 1, padded: 1 };
    return {
      kernel: 'copy',
      label: `${at}`,
      bindings,
      params,
      constants: {},
      workgroups: [1, 1, 1],
      flops: 0,
    };
  });
  const program = await Program.build(device, 'many', launches);
  const times = await program.profile();
  assert.is(times.length, 2049);
  assert.ok(times.every(({ milliseconds }) => milliseconds >= 0 && milliseconds < 1e4));
  program.destroy();
  device.destroy();
});

test('weights that a failed program leaves are gone, also where unused ones are kept', async () => {
  const device = await deviceWith((real) => ({
    createBindGroup: (wanted: GPUBindGroupDescriptor) => real.createBindGroup({ ...wanted, entries: [] }),
  }));
  device.constants.keepsUnused = true;
  assert.match(await messageOf(() => smallProgram(device)), /bind group/);
  assert.is(device.memory.buffers, 0);
  device.destroy();
});

test('an adapter that gives no device is named', async () => {
  const { adapter } = await requestAdapter();
  const prototype = Object.getPrototypeOf(adapter) as GPUAdapter;
  const { requestDevice } = prototype;
  prototype.requestDevice = () => Promise.reject(new Error('no more of them'));
  try {
    assert.match(await messageOf(openDevice), /.+ gave no device: no more of them$/);
  } finally {
    prototype.requestDevice = requestDevice;
  }
});

test('weights made of others are shared by the programs of a generator', async () => {
  const device = await openDevice();
  const generator = new StyleGan2(generatorWeights({ 4: 32, 8: 32 }, 64));
  const build = async () => {
    const graph = new Graph();
    const z = graph.variable('z', [1, 64]);
    const image = generator.synthesis(generator.code(generator.mapping(z)));
    return compile(device, graph, { name: 'generator', outputs: [image], variables: [z] });
  };
  const first = await build();
  const before = device.memory.bytes;
  const second = await build();
  const { temporaries, persistent, constants } = second.memory;
  const own = device.memory.bytes - before - temporaries - persistent;
  assert.ok(own < 0.1 * constants, `${own} bytes of its own beside ${constants} of weights`);
  first.destroy();
  second.destroy();
  assert.is(device.memory.buffers, 0);
  device.destroy();
});

test('a destroyed program leaves no buffer, its shared weights go with the last one', async () => {
  const device = await openDevice();
  const { buffers } = device.memory;
  const graph = new Graph();
  const weight = graph.constant('weight', [5, 3, 3, 3], new Float32Array(135));
  const x = graph.variable('x', [1, 6, 6, 3]);
  const first = await compile(device, graph, { name: 'first', outputs: [convolution(x, weight)] });
  const alone = device.memory.buffers;
  assert.ok(alone > buffers);
  const second = await compile(device, graph, {
    name: 'second',
    outputs: [scale(convolution(x, weight), 2)],
  });
  first.destroy();
  second.run();
  await device.idle();
  second.destroy();
  second.destroy();
  assert.is(device.memory.buffers, buffers);
  assert.is(device.memory.bytes, 0);
  assert.ok(device.memory.peak > 0);
  device.destroy();
});

test('pipelines are built once', async () => {
  const device = await openDevice();
  const one = await smallProgram(device);
  const count = device.pipelineCount;
  const two = await smallProgram(device);
  assert.is(device.pipelineCount, count);
  one.executable.destroy();
  two.executable.destroy();
  device.destroy();
});

test('a profile times every launch, or says that it cannot', async () => {
  const device = await openDevice();
  const { executable } = await smallProgram(device);
  const { buffers } = device.memory;
  if (device.hasTimestamps) {
    const times = await executable.profile();
    assert.is(times.length, executable.length);
    assert.match(times[0].kernel, /^conv/);
    assert.is(times[0].label, 'layer.convolution');
    assert.is(times[0].flops, 2 * 16 * 9 * 2 * 3);
    assert.ok(times[0].milliseconds >= 0 && times[0].milliseconds < 10_000);
  } else {
    assert.match(await messageOf(() => executable.profile()), 'no timestamp queries');
  }
  assert.is(device.memory.buffers, buffers);
  executable.destroy();
  device.destroy();
});

test('an adapter that does not exist is refused with those that do', async () => {
  const message = await messageOf(() => openDevice({ adapter: 'GeForce of my dreams' }));
  assert.match(message, "No adapter matches 'GeForce of my dreams'");
});

test.run();

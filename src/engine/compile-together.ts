/**
 * Kernels compiled on all processors. llvmpipe compiles a kernel when it first runs, one after another, and keeps what it made in a
 * cache on disk: what a second device has compiled, the first one finds there.
 */
import { kernelCompilers } from '#device';
import { type AdapterFacts, compilesAtFirstRun, LLVMPIPE } from './adapter.js';
import { type Device, type DeviceBuffer, type DeviceTexture, openDevice } from './device.js';
import { type Disposal, withDisposal } from './disposal.js';
import { type KernelName, kernelInfo } from './launch.js';
import type { Constants } from './preprocess.js';
import { TEXEL_BYTES } from './textures.js';

export interface Compiled {
  readonly kernel: KernelName;
  readonly constants: Constants;
}

/** What takes longer in its first run was not in the driver's cache. */
const NEW_MS = 30;
/** For fewer new kernels no devices are opened. */
const WORTH_OPENING = 8;
/** Of each operand; kernels whose parameters are all zero touch none of it. */
const OPERAND_BYTES = 4096;

const compiledOn = new WeakMap<Device, Set<GPUComputePipeline>>();

/** Compiles what is new on `device` and its driver, where that is done at the first run; elsewhere does nothing. */
export async function compileTogether(device: Device, kernels: readonly Compiled[]): Promise<void> {
  if (!compilesAtFirstRun(device.facts)) return;
  const waiting = await newOf(device, kernels);
  while (waiting.length > WORTH_OPENING) {
    const next = waiting.shift()!;
    const milliseconds = await firstRun(device, next);
    if (milliseconds < NEW_MS) continue;
    await withDisposal(async (held) => {
      const helpers = Array.from({ length: kernelCompilers() - 1 }, async () => {
        const helper = held.use(await openDevice(optionsFor(device.facts)));
        // Where the driver keeps nothing, helpers are of no use.
        if ((await firstRun(helper, next)) < milliseconds / 2) await compileAll(helper, waiting);
      });
      await Promise.all([compileAll(device, waiting), ...helpers]);
    });
  }
}

/** Each of them once, without those that have run on this device already. */
async function newOf(device: Device, kernels: readonly Compiled[]): Promise<Compiled[]> {
  const compiled = compiledOn.get(device) ?? new Set();
  compiledOn.set(device, compiled);
  const found: Compiled[] = [];
  for (const { kernel, constants } of kernels) {
    const pipeline = await device.pipeline(kernel, constants);
    if (compiled.has(pipeline)) continue;
    compiled.add(pipeline);
    found.push({ kernel, constants });
  }
  return found;
}

function optionsFor({ subgroupSize }: AdapterFacts) {
  return { adapter: LLVMPIPE, subgroups: subgroupSize > 0 };
}

/** Takes from `waiting` until none is left. */
async function compileAll(device: Device, waiting: Compiled[]): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) await firstRun(device, next);
}

/** Runs one workgroup of a kernel on parameters that are all zero, and says how many milliseconds that took. */
async function firstRun(device: Device, { kernel, constants }: Compiled): Promise<number> {
  const pipeline = await device.pipeline(kernel, constants);
  return withDisposal(async (held) => {
    const bindGroup = await device.checked(() => bindNothing(device, kernel, held));
    const began = performance.now();
    device.submit(`kernel '${kernel}' was being compiled`, (encoder) => {
      const pass = encoder.beginComputePass({ label: kernel });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(1);
      pass.end();
    });
    await device.idle();
    return performance.now() - began;
  });
}

function bindNothing(device: Device, kernel: KernelName, held: Disposal): GPUBindGroup {
  const own = <T extends DeviceBuffer | DeviceTexture>(memory: T): T => {
    held.defer(() => device.destroyMemory(memory));
    return memory;
  };
  const { bindings, params } = kernelInfo(kernel);
  const entries = bindings.map(({ name, binding, form }): GPUBindGroupEntry => {
    if (form === 'texture') return { binding, resource: own(device.createTexture(name, TEXEL_BYTES)).view };
    return { binding, resource: { buffer: own(device.createBuffer(name, OPERAND_BYTES)).gpu } };
  });
  if (params) {
    const uniforms = own(device.createUniforms(kernel, new Uint8Array(params.size)));
    entries.push({ binding: params.binding, resource: { buffer: uniforms.gpu } });
  }
  return device.bindGroup(kernel, entries, 'its first run');
}

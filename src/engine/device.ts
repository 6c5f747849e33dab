/** The GPU, opened: buffers with their sizes accounted for, pipelines built once, errors that say what was running. */
import { FwplusError } from '../errors.js';
import { type AdapterFacts, describeAdapter, factsOf, requestAdapter } from './adapter.js';
import { ConstantPool } from './constants.js';
import { type KernelName, kernelInfo } from './launch.js';
import { PipelineCache } from './pipelines.js';

export interface DeviceOptions {
  /** Part of an adapter's name, or `software` or `hardware`. */
  readonly adapter?: string;
  /** Leave subgroups unused even where the adapter has them. */
  readonly subgroups?: boolean;
}

/** A whole GPU buffer with the size that was asked for. Made and destroyed through its Device. */
export interface DeviceBuffer {
  readonly label: string;
  readonly bytes: number;
  readonly gpu: GPUBuffer;
}

export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const { instance, adapter } = await requestAdapter(options.adapter);
  const found = factsOf(adapter);
  const wanted: GPUFeatureName[] = ['timestamp-query'];
  if (options.subgroups !== false) wanted.push('subgroups' as GPUFeatureName);
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  // Default limits on purpose: what runs here then runs on every adapter.
  const device = await adapter.requestDevice({ label: 'fwplus', requiredFeatures });
  const subgroups = requiredFeatures.includes('subgroups' as GPUFeatureName);
  return new Device(instance, device, { ...found, subgroupSize: subgroups ? found.subgroupSize : 0 });
}

export class Device {
  readonly facts: AdapterFacts;
  readonly limits: GPUSupportedLimits;
  /** Frozen weights, packed and uploaded once, shared by all programs. */
  readonly constants: ConstantPool;
  readonly #device: GPUDevice;
  readonly #pipelines: PipelineCache;
  /** Dawn's instance must live as long as the device (see device.node.ts). */
  readonly #instance: GPU;
  readonly #live = new Set<DeviceBuffer>();
  #bytes = 0;
  #peak = 0;
  #failure: FwplusError | undefined;
  #running = 'nothing had been submitted';

  constructor(instance: GPU, device: GPUDevice, facts: AdapterFacts) {
    this.#instance = instance;
    this.#device = device;
    this.facts = facts;
    this.limits = device.limits;
    this.#pipelines = new PipelineCache(device, facts);
    this.constants = new ConstantPool(this);
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // else hosts print it, too
      this.#fail(`the GPU reported an error: ${(event as GPUUncapturedErrorEvent).error.message}`);
    });
    device.lost.then((info) => {
      if (info.reason !== 'destroyed')
        this.#fail(`the device was lost (${info.message || 'no reason given'})`);
    });
  }

  /** Live and greatest sum of buffer sizes so far, in bytes, and how many buffers are live. */
  get memory(): { bytes: number; peak: number; buffers: number } {
    return { bytes: this.#bytes, peak: this.#peak, buffers: this.#live.size };
  }

  get hasTimestamps(): boolean {
    return this.#device.features.has('timestamp-query');
  }

  /** Throws the first error that the GPU has reported, if any. */
  check(): void {
    if (this.#failure) throw this.#failure;
    if (!this.#instance) throw new FwplusError('The WebGPU instance is gone.');
  }

  /** Storage that kernels read and write and the host copies to and from. Zero at first. */
  createBuffer(label: string, bytes: number): DeviceBuffer {
    this.check();
    const limit = Math.min(this.limits.maxStorageBufferBindingSize, this.limits.maxBufferSize);
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    if (size > limit) {
      throw new FwplusError(
        `The tensor '${label}' needs ${size} bytes in one buffer; ${describeAdapter(this.facts)} allows ${limit}.`,
        { hint: 'Use a smaller image, fewer images at once, or a narrower network.' },
      );
    }
    const usage = GPU_STORAGE | GPU_COPY_SRC | GPU_COPY_DST;
    return this.#own(
      label,
      size,
      this.#guarded(`buffer '${label}'`, () => this.#device.createBuffer({ label, size, usage })),
    );
  }

  createUniforms(label: string, data: Uint8Array): DeviceBuffer {
    const size = Math.max(16, data.byteLength);
    const usage = GPU_UNIFORM | GPU_COPY_DST;
    const buffer = this.#guarded(`uniforms '${label}'`, () =>
      this.#device.createBuffer({ label, size, usage }),
    );
    const owned = this.#own(label, size, buffer);
    if (data.byteLength > 0) this.write(owned, data);
    return owned;
  }

  destroyBuffer(buffer: DeviceBuffer): void {
    if (!this.#live.delete(buffer)) return;
    this.#bytes -= buffer.bytes;
    buffer.gpu.destroy();
  }

  write(buffer: DeviceBuffer, data: ArrayBufferView, offset = 0): void {
    this.check();
    this.#device.queue.writeBuffer(
      buffer.gpu,
      offset,
      data.buffer as ArrayBuffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /** Hands pending writes to the GPU; without a submit Dawn keeps their staging memory for ever. */
  flush(): void {
    this.#device.queue.submit([]);
  }

  /** Reads `bytes` from `offset`, after everything submitted so far. */
  async read(buffer: DeviceBuffer, offset = 0, bytes = buffer.bytes - offset): Promise<ArrayBuffer> {
    this.check();
    const staging = this.#device.createBuffer({
      label: `read '${buffer.label}'`,
      size: Math.ceil(bytes / 4) * 4,
      usage: GPU_COPY_DST | GPU_MAP_READ,
    });
    try {
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer.gpu, offset, staging, 0, staging.size);
      this.#device.queue.submit([encoder.finish()]);
      await staging.mapAsync(1);
      const copy = staging.getMappedRange().slice(0, bytes);
      staging.unmap();
      this.check();
      return copy;
    } catch (error) {
      this.check();
      throw new FwplusError(
        `Reading '${buffer.label}' back failed while ${this.#running}: ${(error as Error).message}`,
      );
    } finally {
      staging.destroy();
    }
  }

  /** Waits until everything submitted so far is done. */
  async idle(): Promise<void> {
    await this.#device.queue.onSubmittedWorkDone();
    this.check();
  }

  pipeline(kernel: KernelName, constants: Readonly<Record<string, number>>): Promise<GPUComputePipeline> {
    this.check();
    return this.#pipelines.get(kernel, constants);
  }

  /** How many pipelines have been built; start-up time goes with it. */
  get pipelineCount(): number {
    return this.#pipelines.size;
  }

  bindGroup(kernel: KernelName, entries: readonly GPUBindGroupEntry[]): GPUBindGroup {
    const label = kernelInfo(kernel).family;
    return this.#guarded(`bind group of kernel '${kernel}'`, () =>
      this.#device.createBindGroup({ label, layout: this.#pipelines.layout(kernel), entries: [...entries] }),
    );
  }

  /** Encodes and submits; `running` names what is in flight for the message of a lost device. */
  submit(running: string, encode: (encoder: GPUCommandEncoder) => void): void {
    this.check();
    this.#running = running;
    const encoder = this.#device.createCommandEncoder({ label: running });
    encode(encoder);
    this.#device.queue.submit([encoder.finish()]);
  }

  createTimestamps(count: number): GPUQuerySet {
    return this.#device.createQuerySet({ label: 'profile', type: 'timestamp', count });
  }

  createQueryBuffer(bytes: number): DeviceBuffer {
    const usage = GPU_QUERY_RESOLVE | GPU_COPY_SRC;
    return this.#own('profile', bytes, this.#device.createBuffer({ label: 'profile', size: bytes, usage }));
  }

  destroy(): void {
    for (const buffer of [...this.#live]) this.destroyBuffer(buffer);
    this.#device.destroy();
  }

  #own(label: string, bytes: number, buffer: GPUBuffer): DeviceBuffer {
    const owned = { label, bytes, gpu: buffer };
    this.#live.add(owned);
    this.#bytes += bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return owned;
  }

  /** Runs a creation inside error scopes; what they catch is thrown at the next check. */
  #guarded<T>(what: string, make: () => T): T {
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    const made = make();
    for (let scope = 0; scope < 2; scope++) {
      this.#device.popErrorScope().then(
        (error) => error && this.#fail(`making ${what} failed: ${error.message}`),
        () => undefined, // the device is gone; device.lost says so
      );
    }
    return made;
  }

  #fail(found: string): void {
    this.#failure ??= new FwplusError(
      `On ${describeAdapter(this.facts)} ${found}. At the time: ${this.#running}.`,
      {
        hint: 'Run `fwplus doctor`. If memory ran out, use a smaller image or close other programs; --resume goes on from the last saved state.',
      },
    );
  }
}

// GPUBufferUsage is a global only in browsers; the numbers are the specification's.
const GPU_MAP_READ = 0x1;
const GPU_COPY_SRC = 0x4;
const GPU_COPY_DST = 0x8;
const GPU_UNIFORM = 0x40;
const GPU_STORAGE = 0x80;
const GPU_QUERY_RESOLVE = 0x200;

/** The GPU, opened: buffers with their sizes accounted for, pipelines built once, errors that say what was running. */
import { FwplusError } from '../errors.js';
import {
  type AdapterFacts,
  describeAdapter,
  factsOf,
  MATRIX_FEATURES,
  type MatrixTile,
  matrixOf,
  requestAdapter,
} from './adapter.js';
import { ConstantPool } from './constants.js';
import { allOrNothing, withDisposal } from './disposal.js';
import { Faults } from './faults.js';
import { type KernelName, kernelInfo } from './launch.js';
import { PipelineCache } from './pipelines.js';
import { subgroupsAreWhole, triedMatrices } from './probes.js';
import { bufferBytes } from './storage.js';
import { assumedThroughput, type Throughput } from './submits.js';
import { TemporaryPool } from './temporaries.js';
import { piecesOf, ROW_BYTES, TEXEL_BYTES, TEXTURE_WIDTH, textureBytes, textureRows } from './textures.js';
import { NO_CHOICES } from './tuning/choices.js';
import type { TuningStore } from './tuning/remembered.js';
import { type Tuning, tuningOf } from './tuning/tuning.js';

export interface DeviceOptions {
  /** Part of an adapter's name, or `software` or `hardware`. */
  readonly adapter?: string;
  /** Leave subgroups unused even where the adapter has them. */
  readonly subgroups?: boolean;
  /**
   * Convolutions on matrix units, with operands in half precision (fp16): an experiment of WebGPU, which browsers offer behind a flag
   * (Chrome: --enable-unsafe-webgpu). Nothing but speed is to be had from it, and digits are lost; see shaders/conv_matrix.wgsl. Needs subgroups.
   */
  readonly matrixUnits?: boolean;
  /** What the adapter does in a second at least, where it is known: long work is cut into submits by it. */
  readonly throughput?: Throughput;
  /** Where fastest plans are remembered, e.g. `tuningStore()`; without it what is shipped serves alone. */
  readonly tuning?: TuningStore;
}

/** A whole GPU buffer with the size that was asked for. Made and destroyed through its Device. */
export interface DeviceBuffer {
  readonly label: string;
  readonly bytes: number;
  readonly gpu: GPUBuffer;
}

/** An array that kernels read as a texture; see textures.ts. `bytes` are those of its whole rows. */
export interface DeviceTexture {
  readonly label: string;
  readonly bytes: number;
  readonly gpu: GPUTexture;
  readonly view: GPUTextureView;
}

/**
 * Opens an adapter's device. Subgroups and matrix units are tried before they are used; see probes.ts.
 * @throws FwplusError where there is no such adapter, and where matrix units are wanted that it has not, that do not do as they should, or
 *   without subgroups.
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const { subgroups = true, matrixUnits = false } = options;
  if (matrixUnits && !subgroups) {
    throw new FwplusError('Matrix units are wanted without subgroups, of which their kernels are made.', {
      hint: 'Give --matrix-units or --no-subgroups, not both.',
    });
  }
  const found = await requestAdapter(options.adapter, matrixUnits);
  const { instance, adapter } = found;
  const facts = factsOf(found);
  const wanted = [
    'timestamp-query',
    ...(subgroups ? ['subgroups'] : []),
    ...(matrixUnits ? MATRIX_FEATURES : []),
  ] as GPUFeatureName[];
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  // Default limits on purpose: what runs here then runs on every adapter.
  const gpu = await adapter.requestDevice({ label: 'fwplus', requiredFeatures }).catch((cause: Error) => {
    throw new FwplusError(`${describeAdapter(facts)} gave no device: ${cause.message}`, {
      hint: 'Run `fwplus doctor`. Close other programs that use the GPU, or choose another adapter.',
      cause,
    });
  });
  return allOrNothing(async (made) => {
    const device = made.use(new Device(instance, gpu, { ...facts, subgroupSize: 0 }, options.throughput));
    if (requiredFeatures.includes('subgroups' as GPUFeatureName))
      await device.trySubgroups(facts.subgroupSize);
    if (matrixUnits) await device.tryMatrices(matrixOf(found));
    device.tuning = await tuningOf(device.facts, options.tuning);
    return device;
  });
}

export class Device {
  /** Dawn's instance must live as long as the device (see device.node.ts), so it is held here. */
  readonly instance: GPU;
  readonly limits: GPUSupportedLimits;
  /** Frozen weights, packed and uploaded once, shared by all programs. */
  readonly constants: ConstantPool;
  readonly temporaries: TemporaryPool<DeviceBuffer>;
  /** Textures into which operands are copied before kernels read them. */
  readonly copies: TemporaryPool<DeviceTexture>;
  readonly throughput: Throughput;
  /** Which plans run what is compiled from now on. */
  tuning: Tuning = { choices: NO_CHOICES, shipped: 0, remembered: 0 };
  readonly #device: GPUDevice;
  readonly #faults: Faults;
  readonly #pipelines: PipelineCache;
  readonly #layouts = new Map<KernelName, Promise<void>>();
  readonly #live = new Set<DeviceBuffer | DeviceTexture>();
  #facts: AdapterFacts;
  #bytes = 0;
  #peak = 0;

  constructor(
    instance: GPU,
    device: GPUDevice,
    facts: AdapterFacts,
    throughput: Throughput = assumedThroughput(facts),
  ) {
    this.instance = instance;
    this.#device = device;
    this.#facts = facts;
    this.limits = device.limits;
    this.throughput = throughput;
    this.#faults = new Faults(device, () => describeAdapter(this.#facts));
    this.#pipelines = new PipelineCache(device, () => this.#facts);
    this.constants = new ConstantPool(this);
    const forget = (memory: DeviceBuffer | DeviceTexture) => this.destroyMemory(memory);
    this.temporaries = new TemporaryPool((label, bytes) => this.createBuffer(label, bytes), forget);
    this.copies = new TemporaryPool((label, bytes) => this.createTexture(label, bytes), forget);
  }

  get facts(): AdapterFacts {
    return this.#facts;
  }

  /** Resolves where the GPU is gone: the driver was reset, or a page lay in the background for long. What was made on it is lost; open another device. Not after `destroy`. */
  get lost(): Promise<FwplusError> {
    return this.#faults.lost;
  }

  /** Lets kernels use subgroups of `lanes` lanes where they hold what they promise. */
  async trySubgroups(lanes: number): Promise<void> {
    if (lanes > 0 && (await subgroupsAreWhole(this, lanes)))
      this.#facts = { ...this.#facts, subgroupSize: lanes };
  }

  /** Lets kernels use matrix units of a size. Throws where there are none that do as they should. */
  async tryMatrices(matrix: MatrixTile | undefined): Promise<void> {
    this.#facts = { ...this.#facts, matrix: await triedMatrices(this, matrix) };
  }

  /** Live and greatest sum of the sizes of buffers and textures so far, in bytes, and how many of them are live. */
  get memory(): { bytes: number; peak: number; buffers: number } {
    return { bytes: this.#bytes, peak: this.#peak, buffers: this.#live.size };
  }

  get hasTimestamps(): boolean {
    return this.#device.features.has('timestamp-query');
  }

  /** Throws the first error that the GPU has reported, if any. */
  check(): void {
    this.#faults.check();
  }

  /**
   * Runs `make` and waits until the GPU has accepted all that it made; throws the first error, which names the buffer or
   * kernel. The device stays usable then. Without `checked` such an error is thrown at the next check, and stays.
   */
  checked<T>(make: () => T): Promise<T> {
    return this.#faults.checked(make);
  }

  /** Storage that kernels read and write and the host copies to and from. Zero at first, or with `contents`. */
  createBuffer(label: string, bytes: number, contents?: ArrayBufferView): DeviceBuffer {
    const limit = Math.min(this.limits.maxStorageBufferBindingSize, this.limits.maxBufferSize);
    const size = bufferBytes(bytes);
    if (size > limit) {
      throw new FwplusError(
        `The tensor '${label}' needs ${size} bytes in one buffer; ${describeAdapter(this.facts)} allows ${limit}.`,
        { hint: SMALLER },
      );
    }
    const usage = GPU_STORAGE | GPU_COPY_SRC | GPU_COPY_DST;
    return this.#create(`buffer '${label}'`, { label, size, usage }, contents);
  }

  createUniforms(label: string, data: Uint8Array): DeviceBuffer {
    const size = bufferBytes(data.byteLength);
    return this.#create(`uniforms '${label}'`, { label, size, usage: GPU_UNIFORM | GPU_COPY_DST }, data);
  }

  /** A texture that holds an array of so many bytes. Zero at first, or with `contents`. */
  createTexture(label: string, bytes: number, contents?: ArrayBufferView): DeviceTexture {
    this.check();
    const rows = textureRows(bytes);
    const limit = this.limits.maxTextureDimension2D;
    if (rows > limit) {
      throw new FwplusError(
        `The tensor '${label}' needs ${rows} rows in one texture; ${describeAdapter(this.facts)} allows ${limit}.`,
        { hint: SMALLER },
      );
    }
    const made = this.#faults.guarded(`texture '${label}' of ${textureBytes(bytes)} bytes`, () => {
      const gpu = this.#device.createTexture({
        label,
        size: [TEXTURE_WIDTH, rows],
        format: 'rgba32float',
        usage: GPU_TEXTURE_COPY_DST | GPU_TEXTURE_STORAGE,
      });
      if (contents) this.#writeTexture(gpu, contents);
      return { gpu, view: gpu.createView() };
    });
    return this.#own({ label, bytes: textureBytes(bytes), ...made });
  }

  /** Encodes the copy of an array into a texture that is large enough. */
  copyToTexture(encoder: GPUCommandEncoder, from: Required<GPUBufferBinding>, to: DeviceTexture): void {
    for (const { offset, row, width, rows } of piecesOf(from.size)) {
      encoder.copyBufferToTexture(
        { buffer: from.buffer, offset: from.offset + offset, bytesPerRow: ROW_BYTES, rowsPerImage: rows },
        { texture: to.gpu, origin: [0, row] },
        [width, rows],
      );
    }
  }

  destroyMemory(memory: DeviceBuffer | DeviceTexture): void {
    if (!this.#live.delete(memory)) return;
    this.#bytes -= memory.bytes;
    memory.gpu.destroy();
  }

  write(buffer: DeviceBuffer, data: ArrayBufferView, offset = 0): void {
    this.check();
    this.#write(buffer.gpu, data, offset);
  }

  /** Hands pending writes to the GPU; without a submit Dawn keeps their staging memory for ever. */
  flush(): void {
    this.#device.queue.submit([]);
  }

  /** Reads `bytes` from `offset`, after everything submitted so far. */
  async read(buffer: DeviceBuffer, offset = 0, bytes = buffer.bytes - offset): Promise<ArrayBuffer> {
    this.check();
    const label = `read '${buffer.label}'`;
    const size = Math.ceil(bytes / 4) * 4;
    return withDisposal(async (held) => {
      let mapping: Promise<undefined> | undefined;
      try {
        const staging = await this.checked(() => {
          const owned = this.#create(label, { label, size, usage: GPU_COPY_DST | GPU_MAP_READ });
          held.defer(() => this.destroyMemory(owned));
          const made = owned.gpu;
          return this.#faults.guarded(`the copy to ${label}`, () => {
            const encoder = this.#device.createCommandEncoder({ label });
            encoder.copyBufferToBuffer(buffer.gpu, offset, made, 0, size);
            this.#device.queue.submit([encoder.finish()]);
            mapping = made.mapAsync(GPU_MAP_MODE_READ) as Promise<undefined>;
            mapping.catch(() => undefined); // waited for below, unless the copy failed
            return made;
          });
        });
        await mapping;
        const copy = staging.getMappedRange().slice(0, bytes);
        staging.unmap();
        this.check();
        return copy;
      } catch (error) {
        throw await this.#faults.explained(`Reading '${buffer.label}' back failed`, error);
      }
    });
  }

  /** Waits until everything submitted so far is done. */
  async idle(): Promise<void> {
    await this.#device.queue.onSubmittedWorkDone();
    this.check();
  }

  async pipeline(
    kernel: KernelName,
    constants: Readonly<Record<string, number>>,
  ): Promise<GPUComputePipeline> {
    this.check();
    let layout = this.#layouts.get(kernel);
    if (!layout) {
      layout = this.checked(() => {
        this.#faults.guarded(`layout of kernel '${kernel}'`, () => this.#pipelines.layout(kernel));
      });
      this.#layouts.set(kernel, layout);
    }
    await layout;
    return this.#pipelines.get(kernel, constants);
  }

  /** How many pipelines have been built; start-up time goes with it. */
  get pipelineCount(): number {
    return this.#pipelines.size;
  }

  /** @param of the launch that it is for, in errors. */
  bindGroup(kernel: KernelName, entries: readonly GPUBindGroupEntry[], of = ''): GPUBindGroup {
    const label = kernelInfo(kernel).family;
    return this.#faults.guarded(`bind group of kernel '${kernel}'${of && ` for '${of}'`}`, () =>
      this.#device.createBindGroup({ label, layout: this.#pipelines.layout(kernel), entries: [...entries] }),
    );
  }

  /** Encodes and submits; `running` names what is in flight for the message of a lost device. */
  submit(running: string, encode: (encoder: GPUCommandEncoder) => void): void {
    this.check();
    this.#faults.running = running;
    const encoder = this.#device.createCommandEncoder({ label: running });
    encode(encoder);
    this.#device.queue.submit([encoder.finish()]);
  }

  createTimestamps(count: number): GPUQuerySet {
    return this.#faults.guarded(`${count} timestamps`, () =>
      this.#device.createQuerySet({ label: 'profile', type: 'timestamp', count }),
    );
  }

  createQueryBuffer(bytes: number): DeviceBuffer {
    const usage = GPU_QUERY_RESOLVE | GPU_COPY_SRC;
    return this.#create('buffer for timestamps', { label: 'profile', size: bytes, usage });
  }

  destroy(): void {
    for (const memory of [...this.#live]) this.destroyMemory(memory);
    this.#device.destroy();
  }

  #create(
    what: string,
    descriptor: GPUBufferDescriptor & { label: string },
    contents?: ArrayBufferView,
  ): DeviceBuffer {
    this.check();
    const { label, size } = descriptor;
    const gpu = this.#faults.guarded(`${what} of ${size} bytes`, () => {
      const made = this.#device.createBuffer(descriptor);
      // In the same scope: a buffer that could not be made cannot be written either.
      if (contents && contents.byteLength > 0) this.#write(made, contents);
      return made;
    });
    return this.#own({ label, bytes: size, gpu });
  }

  #own<T extends DeviceBuffer | DeviceTexture>(memory: T): T {
    this.#live.add(memory);
    this.#bytes += memory.bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return memory;
  }

  #write(buffer: GPUBuffer, data: ArrayBufferView, offset = 0): void {
    this.#device.queue.writeBuffer(
      buffer,
      offset,
      data.buffer as ArrayBuffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  #writeTexture(texture: GPUTexture, data: ArrayBufferView): void {
    if (data.byteLength % TEXEL_BYTES !== 0) throw new Error(`${data.byteLength} bytes are no whole texels`);
    for (const { offset, row, width, rows } of piecesOf(data.byteLength)) {
      this.#device.queue.writeTexture(
        { texture, origin: [0, row] },
        data.buffer as ArrayBuffer,
        { offset: data.byteOffset + offset, bytesPerRow: ROW_BYTES, rowsPerImage: rows },
        [width, rows],
      );
    }
  }
}

const SMALLER = 'Use a smaller image, fewer images at once, or a narrower network.';

// GPUBufferUsage and GPUTextureUsage are globals only in browsers; the numbers are the specification's.
const GPU_MAP_MODE_READ = 0x1;
const GPU_MAP_READ = 0x1;
const GPU_COPY_SRC = 0x4;
const GPU_COPY_DST = 0x8;
const GPU_UNIFORM = 0x40;
const GPU_STORAGE = 0x80;
const GPU_QUERY_RESOLVE = 0x200;
const GPU_TEXTURE_COPY_DST = 0x2;
const GPU_TEXTURE_STORAGE = 0x8;

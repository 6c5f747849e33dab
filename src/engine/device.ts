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

/** Resolves to what an error scope caught; never rejects. */
type Scope = Promise<FwplusError | undefined>;

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
  readonly #pipelines: PipelineCache;
  readonly #layouts = new Map<KernelName, Promise<void>>();
  readonly #live = new Set<DeviceBuffer | DeviceTexture>();
  #facts: AdapterFacts;
  #bytes = 0;
  #peak = 0;
  #failure: FwplusError | undefined;
  readonly #lost: Promise<FwplusError>;
  #running = 'nothing had been submitted';
  /** Where error scopes go while `checked` makes something. */
  #scopes: Scope[] | undefined;

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
    this.#pipelines = new PipelineCache(device, () => this.#facts);
    this.constants = new ConstantPool(this);
    const forget = (memory: DeviceBuffer | DeviceTexture) => this.destroyMemory(memory);
    this.temporaries = new TemporaryPool((label, bytes) => this.createBuffer(label, bytes), forget);
    this.copies = new TemporaryPool((label, bytes) => this.createTexture(label, bytes), forget);
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // else hosts print it, too
      this.#failure ??= this.#error(
        `the GPU reported an error: ${(event as GPUUncapturedErrorEvent).error.message}`,
      );
    });
    this.#lost = new Promise((resolve) => {
      device.lost.then((info) => {
        if (info.reason === 'destroyed') return;
        const error = this.#lossError(info);
        this.#failure ??= error;
        resolve(error);
      });
    });
  }

  get facts(): AdapterFacts {
    return this.#facts;
  }

  /** Resolves where the GPU is gone: the driver was reset, or a page lay in the background for long. What was made on it is lost; open another device. Not after `destroy`. */
  get lost(): Promise<FwplusError> {
    return this.#lost;
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
    if (this.#failure) throw this.#failure;
  }

  /**
   * Runs `make` and waits until the GPU has accepted all that it made; throws the first error, which names the buffer or
   * kernel. The device stays usable then. Without `checked` such an error is thrown at the next check, and stays.
   */
  async checked<T>(make: () => T): Promise<T> {
    const outer = this.#scopes;
    const scopes: Scope[] = [];
    this.#scopes = scopes;
    let made: T;
    try {
      made = make();
    } finally {
      this.#scopes = outer;
    }
    const error = (await Promise.all(scopes)).find((found) => found);
    if (error) throw error;
    this.check();
    return made;
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
    const made = this.#guarded(`texture '${label}' of ${textureBytes(bytes)} bytes`, () => {
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
          return this.#guarded(`the copy to ${label}`, () => {
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
        const cause = await this.#reason();
        if (error instanceof FwplusError) throw error;
        throw new FwplusError(
          `Reading '${buffer.label}' back failed while ${this.#running}: ${(error as Error).message}${cause}`,
          { hint: HINT },
        );
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
        this.#guarded(`layout of kernel '${kernel}'`, () => this.#pipelines.layout(kernel));
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
    return this.#guarded(`bind group of kernel '${kernel}'${of && ` for '${of}'`}`, () =>
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
    return this.#guarded(`${count} timestamps`, () =>
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
    const gpu = this.#guarded(`${what} of ${size} bytes`, () => {
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

  /** Runs a creation inside error scopes; what they catch is thrown by `checked`, or else at the next check. */
  #guarded<T>(what: string, make: () => T): T {
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    const caught: Promise<GPUError | null>[] = [];
    try {
      return make();
    } finally {
      // A device that is gone rejects; device.lost says so.
      for (let scope = 0; scope < 2; scope++) caught.push(this.#device.popErrorScope().catch(() => null));
      this.#report(what, caught);
    }
  }

  #report(what: string, caught: readonly Promise<GPUError | null>[]): void {
    const scope = Promise.all(caught).then(([invalid, outOfMemory]) => {
      // A buffer for which there is no memory is invalid, too; the first cause is what counts.
      const error = outOfMemory ?? invalid;
      return error ? this.#error(`making the ${what} failed: ${error.message}`) : undefined;
    });
    if (this.#scopes) this.#scopes.push(scope);
    else {
      scope.then((error) => {
        this.#failure ??= error;
      });
    }
  }

  /** Why the GPU no longer answers, if it says so soon: a loss is told a little later than what it broke. */
  async #reason(): Promise<string> {
    let stopWaiting = () => {};
    const silence = new Promise<undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), LOSS_NOTICE_MS);
      stopWaiting = () => clearTimeout(timer);
    });
    const info = await Promise.race([this.#device.lost, silence]);
    stopWaiting();
    if (!info) {
      this.check();
      return '';
    }
    if (info.reason === 'destroyed') return ' (the device has been destroyed)';
    throw this.#lossError(info);
  }

  #lossError({ message }: GPUDeviceLostInfo): FwplusError {
    return this.#error(`the device was lost (${message || 'no reason given'})`);
  }

  #error(found: string): FwplusError {
    return new FwplusError(`On ${describeAdapter(this.facts)} ${found}. At the time: ${this.#running}.`, {
      hint: HINT,
    });
  }
}

const SMALLER = 'Use a smaller image, fewer images at once, or a narrower network.';
const HINT =
  'Run `fwplus doctor`. If memory ran out, use a smaller image or close other programs; --resume goes on from the last saved state.';
/** How long after a failed read a loss is waited for. */
const LOSS_NOTICE_MS = 250;

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

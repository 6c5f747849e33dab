/**
 * A Program: a fixed list of dispatches with memory, pipelines and bind groups made once, encoded anew for every run
 * (WebGPU has no command buffer that can be submitted twice).
 */
import { FwplusError } from '../errors.js';
import type { Device, DeviceBuffer } from './device.js';
import { allOrNothing, type Disposal, withDisposal } from './disposal.js';
import { encodeParams, kernelInfo, type Launch } from './launch.js';
import { type MemoryPlan, planMemory } from './planner.js';
import { type Constant, type Persistent, rootOf, type Storage, type Temporary } from './storage.js';

export interface MemoryReport {
  /** Bytes shared by temporaries, held by persistent storage, and held by frozen weights (perhaps shared with other programs). */
  readonly temporaries: number;
  readonly persistent: number;
  readonly constants: number;
}

export interface LaunchTime {
  readonly kernel: string;
  readonly label: string;
  readonly milliseconds: number;
  readonly flops: number;
}

/** What a dispatch runs. */
export interface Plan {
  readonly kernel: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly workgroups: readonly [number, number, number];
}

interface Step {
  readonly launch: Launch<Storage>;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
}

const UNIFORM_ALIGNMENT = 256;

export class Program {
  readonly name: string;
  readonly memory: MemoryReport;
  readonly #device: Device;
  readonly #steps: readonly Step[];
  readonly #persistent: ReadonlyMap<Persistent, DeviceBuffer>;
  readonly #owned: Disposal;
  #destroyed = false;

  private constructor(device: Device, name: string, memory: Memory, steps: readonly Step[], owned: Disposal) {
    this.#device = device;
    this.name = name;
    this.memory = memory.report();
    this.#steps = steps;
    this.#persistent = memory.persistent;
    this.#owned = owned;
  }

  /**
   * Builds pipelines, allocates memory and binds it. `keep` are persistents that no launch may mention but the host reads or
   * writes. Throws where a kernel does not build or the GPU refuses memory; nothing is left behind then.
   */
  static async build(
    device: Device,
    name: string,
    launches: readonly Launch<Storage>[],
    keep: readonly Persistent[] = [],
  ): Promise<Program> {
    const pipelines = await Promise.all(
      launches.map(({ kernel, constants }) => device.pipeline(kernel, constants)),
    );
    return allOrNothing((made) =>
      device.checked(() => {
        const memory = new Memory(device, name, launches, keep, made);
        const uniforms = packUniforms(device, name, launches, made);
        const steps = launches.map((launch, at): Step => {
          const entries = bindings(launch, memory, uniforms, at);
          const bindGroup = device.bindGroup(launch.kernel, entries, launch.label);
          return { launch, pipeline: pipelines[at]!, bindGroup };
        });
        return new Program(device, name, memory, steps, made);
      }),
    );
  }

  /** How many dispatches one run makes. */
  get length(): number {
    return this.#steps.length;
  }

  /**
   * What each dispatch runs, in order: kernel, values of its parameters, workgroups. Equal lists on one adapter, and one
   * version of fwplus, give the same bytes.
   */
  get plans(): readonly Plan[] {
    return this.#steps.map(({ launch: { kernel, constants, workgroups } }) => ({
      kernel,
      constants,
      workgroups,
    }));
  }

  /** Submits one run; returns at once. */
  run(): void {
    this.#checkAlive();
    this.#device.submit(this.#inFlight(), (encoder) => {
      const pass = encoder.beginComputePass({ label: this.name });
      for (const step of this.#steps) dispatch(pass, step);
      pass.end();
    });
  }

  /** One run with every launch timed by the GPU. Throws where the adapter has no timestamps. */
  async profile(): Promise<LaunchTime[]> {
    this.#checkAlive();
    if (!this.#device.hasTimestamps) {
      throw new FwplusError('This adapter has no timestamp queries, so kernels cannot be timed.');
    }
    const count = 2 * this.#steps.length;
    const stamps = await withDisposal(async (held) => {
      const resolved = await this.#device.checked(() => {
        const querySet = held.use(this.#device.createTimestamps(count));
        const buffer = this.#device.createQueryBuffer(8 * count);
        held.defer(() => this.#device.destroyBuffer(buffer));
        this.#device.submit(`profiling ${this.#inFlight()}`, (encoder) => {
          this.#steps.forEach((step, at) => {
            const timestampWrites = {
              querySet,
              beginningOfPassWriteIndex: 2 * at,
              endOfPassWriteIndex: 2 * at + 1,
            };
            const pass = encoder.beginComputePass({ label: step.launch.label, timestampWrites });
            dispatch(pass, step);
            pass.end();
          });
          encoder.resolveQuerySet(querySet, 0, count, buffer.gpu, 0);
        });
        return buffer;
      });
      return new BigUint64Array(await this.#device.read(resolved));
    });
    return this.#steps.map(({ launch }, at) => ({
      kernel: launch.kernel,
      label: launch.label,
      milliseconds: Number(stamps[2 * at + 1]! - stamps[2 * at]!) / 1e6,
      flops: launch.flops,
    }));
  }

  write(storage: Persistent, data: Float32Array | Uint32Array): void {
    this.#checkAlive();
    if (data.byteLength !== storage.bytes) {
      throw new FwplusError(
        `Writing '${storage.label}': got ${data.byteLength} bytes, it holds ${storage.bytes}.`,
      );
    }
    this.#device.write(this.#bufferOf(storage), data);
    this.#device.flush();
  }

  async read(storage: Persistent): Promise<ArrayBuffer> {
    this.#checkAlive();
    return this.#device.read(this.#bufferOf(storage), 0, storage.bytes);
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#owned.destroy();
  }

  #bufferOf(storage: Persistent): DeviceBuffer {
    const buffer = this.#persistent.get(storage);
    if (!buffer) throw new Error(`'${storage.label}' is not part of the program '${this.name}'`);
    return buffer;
  }

  #checkAlive(): void {
    if (this.#destroyed) throw new Error(`the program '${this.name}' has been destroyed`);
  }

  #inFlight(): string {
    const heaviest = this.#steps.reduce<Launch<Storage> | undefined>(
      (most, { launch }) => (most && most.flops >= launch.flops ? most : launch),
      undefined,
    );
    const detail = heaviest
      ? `; the heaviest of its ${this.#steps.length} kernels is ${heaviest.kernel} for '${heaviest.label}'`
      : '';
    return `program '${this.name}' was running${detail}`;
  }
}

/** The buffers of a program, all in the charge of `made`. */
class Memory {
  readonly persistent = new Map<Persistent, DeviceBuffer>();
  readonly #plan: MemoryPlan;
  readonly #slots: DeviceBuffer[] = [];
  readonly #constants = new Map<Constant, DeviceBuffer>();

  constructor(
    device: Device,
    name: string,
    launches: readonly Launch<Storage>[],
    keep: readonly Persistent[],
    made: Disposal,
  ) {
    this.#plan = planMemory(launches);
    const { slots, slotOf } = this.#plan;
    const create = (label: string, bytes: number): DeviceBuffer => {
      const buffer = device.createBuffer(label, bytes);
      made.defer(() => device.destroyBuffer(buffer));
      return buffer;
    };
    slots.forEach((bytes, at) => {
      const [largest] = [...slotOf].find(([, slot]) => slot === at)!;
      this.#slots.push(create(`${name} slot ${at} for ${largest.label}`, bytes));
    });
    const roots = new Set(
      launches.flatMap(({ bindings }) => Object.values(bindings).map((it) => rootOf(it).root)),
    );
    for (const root of [...roots, ...keep]) {
      if (root.kind === 'persistent' && !this.persistent.has(root))
        this.persistent.set(root, create(root.label, root.bytes));
      if (root.kind === 'constant') {
        const { label, data, packing } = root;
        this.#constants.set(root, device.constants.acquire(label, data, packing));
        made.defer(() => device.constants.release(data, packing));
      }
    }
  }

  bufferOf(root: Temporary | Persistent | Constant): DeviceBuffer {
    if (root.kind === 'persistent') return this.persistent.get(root)!;
    if (root.kind === 'constant') return this.#constants.get(root)!;
    return this.#slots[this.#plan.slotOf.get(root)!]!;
  }

  report(): MemoryReport {
    const sum = (buffers: Iterable<DeviceBuffer>) =>
      [...buffers].reduce((total, { bytes }) => total + bytes, 0);
    return {
      temporaries: sum(this.#slots),
      persistent: sum(this.persistent.values()),
      constants: sum(new Set(this.#constants.values())),
    };
  }
}

function bindings(
  launch: Launch<Storage>,
  memory: Memory,
  uniforms: PackedUniforms,
  at: number,
): GPUBindGroupEntry[] {
  const info = kernelInfo(launch.kernel);
  const entries: GPUBindGroupEntry[] = info.bindings.map(({ name, binding }) => {
    const storage = launch.bindings[name];
    if (!storage)
      throw new Error(`launch '${launch.label}': kernel ${launch.kernel} wants a binding '${name}'`);
    const { root, offset } = rootOf(storage);
    // Kernels see the tensor's own size, so that arrayLength and bounds checks mean it.
    const size = Math.max(4, storage.bytes);
    return { binding, resource: { buffer: memory.bufferOf(root).gpu, offset, size } };
  });
  if (info.params) {
    const resource = { buffer: uniforms.buffer.gpu, offset: uniforms.offsets[at]!, size: info.params.size };
    entries.push({ binding: info.params.binding, resource });
  }
  return entries;
}

function dispatch(pass: GPUComputePassEncoder, { launch, pipeline, bindGroup }: Step): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...launch.workgroups);
}

interface PackedUniforms {
  readonly buffer: DeviceBuffer;
  readonly offsets: readonly number[];
}

/** All uniform structs in one buffer; equal ones are stored once. */
function packUniforms(
  device: Device,
  name: string,
  launches: readonly Launch<Storage>[],
  made: Disposal,
): PackedUniforms {
  const chunks: Uint8Array[] = [];
  const known = new Map<string, number>();
  const offsets = launches.map(({ kernel, params }) => {
    const bytes = new Uint8Array(encodeParams(kernelInfo(kernel), params));
    const key = bytes.join();
    let offset = known.get(key);
    if (offset === undefined) {
      offset = chunks.length * UNIFORM_ALIGNMENT;
      if (bytes.length > UNIFORM_ALIGNMENT)
        throw new Error(`kernel ${kernel}: more than ${UNIFORM_ALIGNMENT} bytes of parameters`);
      chunks.push(bytes);
      known.set(key, offset);
    }
    return offset;
  });
  const data = new Uint8Array(chunks.length * UNIFORM_ALIGNMENT);
  chunks.forEach((bytes, at) => {
    data.set(bytes, at * UNIFORM_ALIGNMENT);
  });
  const buffer = device.createUniforms(`${name} parameters`, data);
  made.defer(() => device.destroyBuffer(buffer));
  return { buffer, offsets };
}

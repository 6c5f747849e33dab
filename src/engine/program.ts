/**
 * A Program: a fixed list of dispatches with memory, pipelines and bind groups made once, encoded anew for every run
 * (WebGPU has no command buffer that can be submitted twice).
 */
import { FwplusError } from '../errors.js';
import type { Device, DeviceBuffer } from './device.js';
import { encodeParams, kernelInfo, type Launch } from './launch.js';
import { planMemory } from './planner.js';
import { type Constant, type Persistent, rootOf, type Storage } from './storage.js';

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
  readonly #constants: readonly Constant[];
  readonly #owned: readonly DeviceBuffer[];
  #destroyed = false;

  private constructor(
    device: Device,
    name: string,
    memory: MemoryReport,
    steps: readonly Step[],
    persistent: ReadonlyMap<Persistent, DeviceBuffer>,
    constants: readonly Constant[],
    owned: readonly DeviceBuffer[],
  ) {
    this.#device = device;
    this.name = name;
    this.memory = memory;
    this.#steps = steps;
    this.#persistent = persistent;
    this.#constants = constants;
    this.#owned = owned;
  }

  /** Builds pipelines, allocates memory and binds it. `keep` are persistents that no launch may mention but the host reads or writes. */
  static async build(
    device: Device,
    name: string,
    launches: readonly Launch<Storage>[],
    keep: readonly Persistent[] = [],
  ): Promise<Program> {
    const pipelines = await Promise.all(
      launches.map(({ kernel, constants }) => device.pipeline(kernel, constants)),
    );
    const plan = planMemory(launches);
    const roots = new Set(
      launches.flatMap(({ bindings }) => Object.values(bindings).map((it) => rootOf(it).root)),
    );
    for (const storage of keep) roots.add(storage);

    const slots: DeviceBuffer[] = [];
    const persistent = new Map<Persistent, DeviceBuffer>();
    const constants = new Map<Constant, DeviceBuffer>();
    const free = () => {
      for (const buffer of [...slots, ...persistent.values()]) device.destroyBuffer(buffer);
      for (const { data, packing } of constants.keys()) device.constants.release(data, packing);
    };
    try {
      plan.slots.forEach((bytes, at) => {
        const [largest] = [...plan.slotOf].find(([, slot]) => slot === at)!;
        slots.push(device.createBuffer(`${name} slot ${at} for ${largest.label}`, bytes));
      });
      for (const root of roots) {
        if (root.kind === 'persistent') persistent.set(root, device.createBuffer(root.label, root.bytes));
        if (root.kind === 'constant') {
          constants.set(root, device.constants.acquire(root.label, root.data, root.packing));
        }
      }
    } catch (error) {
      free(); // what fitted before the one that did not
      throw error;
    }
    const { buffer: uniforms, offsets } = packUniforms(device, name, launches);

    const bufferOf = (root: ReturnType<typeof rootOf>['root']): DeviceBuffer => {
      if (root.kind === 'persistent') return persistent.get(root)!;
      if (root.kind === 'constant') return constants.get(root)!;
      return slots[plan.slotOf.get(root)!]!;
    };
    const steps = launches.map((launch, at): Step => {
      const info = kernelInfo(launch.kernel);
      const entries: GPUBindGroupEntry[] = info.bindings.map(({ name: binding, binding: index }) => {
        const storage = launch.bindings[binding];
        if (!storage)
          throw new Error(`launch '${launch.label}': kernel ${launch.kernel} wants a binding '${binding}'`);
        const { root, offset } = rootOf(storage);
        // Kernels see the tensor's own size, so that arrayLength and bounds checks mean it.
        const size = Math.max(4, storage.bytes);
        return { binding: index, resource: { buffer: bufferOf(root).gpu, offset, size } };
      });
      if (info.params) {
        const resource = { buffer: uniforms.gpu, offset: offsets[at]!, size: info.params.size };
        entries.push({ binding: info.params.binding, resource });
      }
      return { launch, pipeline: pipelines[at]!, bindGroup: device.bindGroup(launch.kernel, entries) };
    });
    const sum = (buffers: Iterable<DeviceBuffer>) =>
      [...buffers].reduce((total, { bytes }) => total + bytes, 0);
    const memory = {
      temporaries: sum(slots),
      persistent: sum(persistent.values()),
      constants: sum(new Set(constants.values())),
    };
    const owned = [...slots, ...persistent.values(), uniforms];
    return new Program(device, name, memory, steps, persistent, [...constants.keys()], owned);
  }

  /** How many dispatches one run makes. */
  get length(): number {
    return this.#steps.length;
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
    const querySet = this.#device.createTimestamps(2 * this.#steps.length);
    const resolved = this.#device.createQueryBuffer(16 * this.#steps.length);
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
      encoder.resolveQuerySet(querySet, 0, 2 * this.#steps.length, resolved.gpu, 0);
    });
    const stamps = new BigUint64Array(await this.#device.read(resolved));
    querySet.destroy();
    this.#device.destroyBuffer(resolved);
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
    for (const buffer of this.#owned) this.#device.destroyBuffer(buffer);
    for (const { data, packing } of this.#constants) this.#device.constants.release(data, packing);
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

function dispatch(pass: GPUComputePassEncoder, { launch, pipeline, bindGroup }: Step): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...launch.workgroups);
}

/** All uniform structs in one buffer; equal ones are stored once. */
function packUniforms(
  device: Device,
  name: string,
  launches: readonly Launch<Storage>[],
): { buffer: DeviceBuffer; offsets: number[] } {
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
  return { buffer: device.createUniforms(`${name} parameters`, data), offsets };
}

/**
 * A Program: a fixed list of dispatches with memory, pipelines and bind groups made once, encoded anew for every run
 * (WebGPU has no command buffer that can be submitted twice).
 */
import { FwplusError } from '../errors.js';
import { compileTogether } from './compile-together.js';
import type { Device, DeviceBuffer } from './device.js';
import { allOrNothing, type Disposal, withDisposal } from './disposal.js';
import { kernelInfo, type Launch } from './launch.js';
import { type MemoryReport, ProgramMemory, planProgramMemory, type TextureCopy } from './memory.js';
import type { Persistent, Storage } from './storage.js';
import { submitStarts } from './submits.js';

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
  /** Made before it. */
  readonly copies: readonly TextureCopy[];
}

/** WebGPU's limit of a query set; even, since a launch takes two. */
const MOST_QUERIES = 4096;

export class Program {
  readonly name: string;
  readonly memory: MemoryReport;
  readonly #device: Device;
  readonly #steps: readonly Step[];
  /** The same, by submit. */
  readonly #submits: readonly (readonly Step[])[];
  readonly #persistent: ReadonlyMap<Persistent, DeviceBuffer>;
  readonly #owned: Disposal;
  #destroyed = false;

  private constructor(
    device: Device,
    name: string,
    memory: MemoryReport,
    persistent: ReadonlyMap<Persistent, DeviceBuffer>,
    steps: readonly Step[],
    owned: Disposal,
  ) {
    this.#device = device;
    this.name = name;
    this.memory = memory;
    this.#steps = steps;
    const starts = submitStarts(
      steps.map(({ launch }) => launch),
      device.throughput,
    );
    this.#submits = starts.map((start, at) => steps.slice(start, starts[at + 1]));
    this.#persistent = persistent;
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
    await compileTogether(device, launches);
    const pipelines = await Promise.all(
      launches.map(({ kernel, constants }) => device.pipeline(kernel, constants)),
    );
    const bound = allOrNothing((made) =>
      device.checked(() => {
        const plan = planProgramMemory(launches, keep);
        const memory = new ProgramMemory(device, name, plan, made);
        const steps = launches.map((launch, at): Step => {
          const copied = memory.copiesOf(at);
          const entries = entriesOf(launch, memory, copied, at);
          const bindGroup = device.bindGroup(launch.kernel, entries, launch.label);
          const copies = [...copied.values()].filter(({ isThere }) => !isThere);
          return { launch, pipeline: pipelines[at]!, bindGroup, copies };
        });
        return new Program(device, name, plan.report, memory.persistent, steps, made);
      }),
    );
    return bound.catch((error) => {
      device.constants.releaseUnused(); // some of them may be what could not be made
      throw error;
    });
  }

  /** How many dispatches one run makes. */
  get length(): number {
    return this.#steps.length;
  }

  /** How many submits one run is cut into. */
  get submits(): number {
    return this.#submits.length;
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
    for (const steps of this.#submits) {
      this.#device.submit(this.#inFlight(steps), (encoder) => {
        let pass: GPUComputePassEncoder | undefined;
        for (const step of steps) {
          if (step.copies.length > 0) {
            pass?.end(); // no copy within a pass
            pass = undefined;
            this.#copy(encoder, step);
          }
          pass ??= encoder.beginComputePass({ label: this.name });
          dispatch(pass, step);
        }
        pass?.end();
      });
    }
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
        const sets = Array.from({ length: Math.ceil(count / MOST_QUERIES) }, (_, at) =>
          held.use(this.#device.createTimestamps(Math.min(MOST_QUERIES, count - at * MOST_QUERIES))),
        );
        const buffer = this.#device.createQueryBuffer(8 * count);
        held.defer(() => this.#device.destroyMemory(buffer));
        let at = 0;
        for (const steps of this.#submits) {
          this.#device.submit(`profiling ${this.#inFlight(steps)}`, (encoder) => {
            for (const step of steps) {
              const { label } = step.launch;
              const querySet = sets[Math.floor(at / MOST_QUERIES)]!;
              const begin = { querySet, beginningOfPassWriteIndex: at++ % MOST_QUERIES };
              const end = { querySet, endOfPassWriteIndex: at++ % MOST_QUERIES };
              const hasCopies = step.copies.length > 0;
              if (hasCopies) {
                encoder.beginComputePass({ label, timestampWrites: begin }).end(); // the copies count
                this.#copy(encoder, step);
              }
              const timestampWrites = hasCopies ? end : { ...begin, ...end };
              const pass = encoder.beginComputePass({ label, timestampWrites });
              dispatch(pass, step);
              pass.end();
            }
            if (at < count) return;
            for (const [set, querySet] of sets.entries())
              encoder.resolveQuerySet(querySet, 0, querySet.count, buffer.gpu, 8 * MOST_QUERIES * set);
          });
        }
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

  #copy(encoder: GPUCommandEncoder, { copies }: Step): void {
    for (const { from, to } of copies) this.#device.copyToTexture(encoder, from, to);
  }

  #bufferOf(storage: Persistent): DeviceBuffer {
    const buffer = this.#persistent.get(storage);
    if (!buffer) throw new Error(`'${storage.label}' is not part of the program '${this.name}'`);
    return buffer;
  }

  #checkAlive(): void {
    if (this.#destroyed) throw new Error(`the program '${this.name}' has been destroyed`);
  }

  #inFlight(steps: readonly Step[]): string {
    const heaviest = steps.reduce((most, { launch }) => (most.flops >= launch.flops ? most : launch), {
      kernel: '',
      label: '',
      flops: -1,
    });
    return `program '${this.name}' was running; the heaviest of these ${steps.length} kernels is ${heaviest.kernel} for '${heaviest.label}'`;
  }
}

function entriesOf(
  launch: Launch<Storage>,
  memory: ProgramMemory,
  copied: ReadonlyMap<string, TextureCopy>,
  at: number,
): GPUBindGroupEntry[] {
  const info = kernelInfo(launch.kernel);
  const entries: GPUBindGroupEntry[] = info.bindings.map(({ name, binding, form }) => {
    const storage = launch.bindings[name];
    if (!storage)
      throw new Error(`launch '${launch.label}': kernel ${launch.kernel} wants a binding '${name}'`);
    if (form === 'buffer') return { binding, resource: memory.rangeOf(storage) };
    const texture = copied.get(name)?.to ?? memory.textureOf(storage);
    return { binding, resource: texture.view };
  });
  if (info.params) {
    const { binding, size } = info.params;
    entries.push({ binding, resource: memory.uniformsOf(at, size) });
  }
  return entries;
}

function dispatch(pass: GPUComputePassEncoder, { launch, pipeline, bindGroup }: Step): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...launch.workgroups);
}

/** The memory of a program: planned without a GPU, then made on one. */
import { type Copied, isInTexture, planCopies } from './copies.js';
import type { Device, DeviceBuffer, DeviceTexture } from './device.js';
import type { Disposal } from './disposal.js';
import { encodeParams, kernelInfo, type Launch } from './launch.js';
import { type MemoryPlan, planMemory } from './planner.js';
import { bufferBytes, type Constant, type Persistent, rootOf, type Storage } from './storage.js';
import { textureBytes } from './textures.js';

/** Bytes of all buffers and textures. What the host reads is copied through a buffer of its own on top, for as long as the reading takes. */
export interface MemoryReport {
  /** Shared by what lives only within a run, of this program and of the device's others. */
  readonly temporaries: number;
  /** What the host reads and writes, and what is kept between runs. */
  readonly persistent: number;
  /** Frozen weights, perhaps shared with other programs. */
  readonly constants: number;
  readonly uniforms: number;
  readonly total: number;
}

export interface ProgramMemoryPlan {
  readonly temporaries: MemoryPlan;
  /** Of each launch. */
  readonly copies: readonly (readonly Copied[])[];
  /** Bytes of the textures into which operands are copied: one for each that a launch has at once. */
  readonly textures: readonly number[];
  readonly persistent: readonly Persistent[];
  /** One for each array and layout. */
  readonly constants: readonly Constant[];
  readonly uniforms: PackedUniforms;
  readonly report: MemoryReport;
}

/** `keep` are persistents that no launch may mention but the host reads or writes. */
export function planProgramMemory(
  launches: readonly Launch<Storage>[],
  keep: readonly Persistent[] = [],
): ProgramMemoryPlan {
  const persistent = new Set(keep);
  const constants = new Map<Float32Array, Map<string, Constant>>();
  for (const { bindings } of launches) {
    for (const { root } of Object.values(bindings).map(rootOf)) {
      if (root.kind === 'persistent') persistent.add(root);
      if (root.kind !== 'constant') continue;
      const layouts = constants.get(root.data) ?? new Map<string, Constant>();
      layouts.set(root.packing.key, layouts.get(root.packing.key) ?? root);
      constants.set(root.data, layouts);
    }
  }
  const copies = planCopies(launches);
  const plan = {
    temporaries: planMemory(launches),
    copies,
    textures: texturesOf(copies),
    persistent: [...persistent],
    constants: [...constants.values()].flatMap((layouts) => [...layouts.values()]),
    uniforms: packUniforms(launches),
  };
  const sum = (sizes: readonly number[]) => sizes.reduce((total, bytes) => total + bufferBytes(bytes), 0);
  const parts = {
    temporaries: sum([...plan.temporaries.buffers, ...plan.textures.map(textureBytes)]),
    persistent: sum(plan.persistent.map(({ bytes }) => bytes)),
    constants: sum(plan.constants.map((each) => (isInTexture(each) ? textureBytes(each.bytes) : each.bytes))),
    uniforms: bufferBytes(plan.uniforms.data.byteLength),
  };
  const total = Object.values(parts).reduce((all, bytes) => all + bytes, 0);
  return { ...plan, report: { ...parts, total } };
}

/** See `Copied`. */
export interface TextureCopy {
  readonly from: Required<GPUBufferBinding>;
  readonly to: DeviceTexture;
  readonly isThere: boolean;
}

/** Bytes of each texture. */
function texturesOf(copies: readonly (readonly Copied[])[]): number[] {
  const most: number[] = [];
  for (const { texture, storage } of copies.flat()) {
    most[texture] = Math.max(most[texture] ?? 0, storage.bytes);
  }
  return most;
}

/** The buffers and textures of a program. */
export class ProgramMemory {
  readonly persistent = new Map<Persistent, DeviceBuffer>();
  readonly #plan: ProgramMemoryPlan;
  readonly #temporaries: readonly DeviceBuffer[];
  readonly #textures: readonly DeviceTexture[];
  readonly #constants = new Map<Float32Array, Map<string, DeviceBuffer | DeviceTexture>>();
  readonly #uniforms: DeviceBuffer;

  /** All is in the charge of `made`. */
  constructor(device: Device, name: string, plan: ProgramMemoryPlan, made: Disposal) {
    this.#plan = plan;
    const owned = (buffer: DeviceBuffer): DeviceBuffer => {
      made.defer(() => device.destroyMemory(buffer));
      return buffer;
    };
    const labels = largestIn(plan.temporaries);
    const taken = new Set<DeviceBuffer>();
    this.#temporaries = plan.temporaries.buffers.map((bytes, at) => {
      const buffer = device.temporaries.acquire(`${name} memory ${at} for ${labels[at]}`, bytes, taken);
      made.defer(() => device.temporaries.release(buffer));
      taken.add(buffer);
      return buffer;
    });
    const takenTextures = new Set<DeviceTexture>();
    this.#textures = plan.textures.map((bytes, at) => {
      const texture = device.copies.acquire(`${name} copy ${at}`, bytes, takenTextures);
      made.defer(() => device.copies.release(texture));
      takenTextures.add(texture);
      return texture;
    });
    for (const each of plan.persistent) {
      this.persistent.set(each, owned(device.createBuffer(each.label, each.bytes)));
    }
    for (const { label, data, packing } of plan.constants) {
      const layouts = this.#constants.get(data) ?? new Map<string, DeviceBuffer | DeviceTexture>();
      layouts.set(packing.key, device.constants.acquire(label, data, packing));
      made.defer(() => device.constants.release(data, packing));
      this.#constants.set(data, layouts);
    }
    this.#uniforms = owned(device.createUniforms(`${name} parameters`, plan.uniforms.data));
  }

  /** The operands of a launch, by its number, that are copied into textures, by the names of its bindings. */
  copiesOf(at: number): Map<string, TextureCopy> {
    return new Map(
      this.#plan.copies[at]!.map(({ name, storage, texture, isThere }) => [
        name,
        { from: this.rangeOf(storage), to: this.#textures[texture]!, isThere },
      ]),
    );
  }

  /** The texture of a weight that is packed so. */
  textureOf(storage: Storage): DeviceTexture {
    const { root } = rootOf(storage);
    const memory = root.kind === 'constant' && this.#constants.get(root.data)!.get(root.packing.key)!;
    if (!memory || !isTexture(memory)) throw new Error(`'${storage.label}' is not packed into a texture`);
    return memory;
  }

  /** Where a storage lies. */
  rangeOf(storage: Storage): Required<GPUBufferBinding> {
    const { root, offset } = rootOf(storage);
    // Kernels see the tensor's own size, so that arrayLength and bounds checks mean it.
    const size = Math.max(4, storage.bytes);
    if (root.kind === 'persistent') return { buffer: this.persistent.get(root)!.gpu, offset, size };
    if (root.kind === 'constant') {
      const memory = this.#constants.get(root.data)!.get(root.packing.key)!;
      if (isTexture(memory)) throw new Error(`'${storage.label}' is packed into a texture`);
      return { buffer: memory.gpu, offset, size };
    }
    const place = this.#plan.temporaries.places.get(root)!;
    return { buffer: this.#temporaries[place.buffer]!.gpu, offset: place.offset + offset, size };
  }

  /** The uniform struct of a launch, by its number. */
  uniformsOf(at: number, size: number): GPUBufferBinding {
    return { buffer: this.#uniforms.gpu, offset: this.#plan.uniforms.offsets[at]!, size };
  }
}

function isTexture(memory: DeviceBuffer | DeviceTexture): memory is DeviceTexture {
  return 'view' in memory;
}

/** The name of the largest tensor in each buffer. */
function largestIn({ places, buffers }: MemoryPlan): readonly string[] {
  const largest = buffers.map(() => ({ label: '', bytes: -1 }));
  for (const [{ label, bytes }, { buffer }] of places) {
    if (bytes > largest[buffer]!.bytes) largest[buffer] = { label, bytes };
  }
  return largest.map(({ label }) => label);
}

interface PackedUniforms {
  readonly data: Uint8Array;
  /** Of each launch, in bytes. */
  readonly offsets: readonly number[];
}

const UNIFORM_ALIGNMENT = 256;

/** All uniform structs in one array; equal ones are stored once. */
function packUniforms(launches: readonly Launch<Storage>[]): PackedUniforms {
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
  return { data, offsets };
}

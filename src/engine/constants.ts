/** Frozen weights on the GPU: each array is packed once for each layout that some kernel wants, and shared while it is used. */
import type { Device, DeviceBuffer, DeviceTexture } from './device.js';
import type { Form } from './launch.js';

/** A layout in which a kernel wants a weight. */
export interface Packing {
  /** Names the layout, shape included; equal keys on one array give one buffer, or one texture. */
  readonly key: string;
  /** A buffer where nothing else is said. */
  readonly form?: Form;
  readonly pack: (data: Float32Array) => Float32Array | Uint16Array;
}

interface Entry {
  readonly memory: DeviceBuffer | DeviceTexture;
  users: number;
}

export class ConstantPool {
  /** Set it for programs that come one after another: what nothing uses any more then stays until `releaseUnused`. */
  keepsUnused = false;
  readonly #device: Device;
  /** By the host array's identity. */
  readonly #entries = new Map<Float32Array, Map<string, Entry>>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Throws, and keeps nothing, where a limit forbids it. Where there is no memory the device says so later, as of all that it makes. */
  acquire(label: string, data: Float32Array, packing: Packing): DeviceBuffer | DeviceTexture {
    const layouts = this.#entries.get(data) ?? new Map<string, Entry>();
    const entry = layouts.get(packing.key) ?? { memory: this.#upload(label, data, packing), users: 0 };
    entry.users++;
    layouts.set(packing.key, entry);
    this.#entries.set(data, layouts);
    return entry.memory;
  }

  release(data: Float32Array, packing: Packing): void {
    const entry = this.#entries.get(data)?.get(packing.key);
    if (!entry || --entry.users > 0 || this.keepsUnused) return;
    this.#drop(data, packing.key);
  }

  releaseUnused(): void {
    for (const [data, layouts] of this.#entries) {
      for (const [key, { users }] of layouts) if (users === 0) this.#drop(data, key);
    }
  }

  #drop(data: Float32Array, key: string): void {
    const layouts = this.#entries.get(data)!;
    this.#device.destroyMemory(layouts.get(key)!.memory);
    layouts.delete(key);
    if (layouts.size === 0) this.#entries.delete(data);
  }

  #upload(label: string, data: Float32Array, { key, form, pack }: Packing): DeviceBuffer | DeviceTexture {
    const packed = pack(data);
    const name = `${label} (${key})`;
    const memory =
      form === 'texture'
        ? this.#device.createTexture(name, packed.byteLength, packed)
        : this.#device.createBuffer(name, packed.byteLength, packed);
    this.#device.flush();
    return memory;
  }
}

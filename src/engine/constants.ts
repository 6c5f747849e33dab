/** Frozen weights on the GPU: each array is packed once for each layout that some kernel wants, and shared while it is used. */
import type { Device, DeviceBuffer } from './device.js';

/** A layout in which a kernel wants a weight. */
export interface Packing {
  /** Names the layout; equal keys on one array give one buffer. */
  readonly key: string;
  readonly pack: (data: Float32Array) => Float32Array | Uint16Array;
}

interface Entry {
  readonly buffer: DeviceBuffer;
  users: number;
}

export class ConstantPool {
  readonly #device: Device;
  /** By the host array's identity. */
  readonly #entries = new Map<Float32Array, Map<string, Entry>>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Throws, and keeps nothing, where the buffer cannot be made. */
  acquire(label: string, data: Float32Array, packing: Packing): DeviceBuffer {
    const layouts = this.#entries.get(data) ?? new Map<string, Entry>();
    const entry = layouts.get(packing.key) ?? { buffer: this.#upload(label, data, packing), users: 0 };
    entry.users++;
    layouts.set(packing.key, entry);
    this.#entries.set(data, layouts);
    return entry.buffer;
  }

  release(data: Float32Array, packing: Packing): void {
    const layouts = this.#entries.get(data);
    const entry = layouts?.get(packing.key);
    if (!layouts || !entry || --entry.users > 0) return;
    this.#device.destroyBuffer(entry.buffer);
    layouts.delete(packing.key);
    if (layouts.size === 0) this.#entries.delete(data);
  }

  #upload(label: string, data: Float32Array, packing: Packing): DeviceBuffer {
    const packed = packing.pack(data);
    const buffer = this.#device.createBuffer(`${label} (${packing.key})`, packed.byteLength, packed);
    this.#device.flush();
    return buffer;
  }
}

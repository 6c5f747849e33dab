/** Frozen weights on the GPU: each array is packed once for each layout that some kernel wants, and shared while it is used. */
import type { Device, DeviceBuffer } from './device.js';

/** A layout in which a kernel wants a weight. */
export interface Packing {
  /** Names the layout; equal keys on one array give one buffer. */
  readonly key: string;
  readonly pack: (data: Float32Array) => Float32Array;
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

  acquire(label: string, data: Float32Array, packing: Packing): DeviceBuffer {
    let layouts = this.#entries.get(data);
    if (!layouts) {
      layouts = new Map();
      this.#entries.set(data, layouts);
    }
    let entry = layouts.get(packing.key);
    if (!entry) {
      const packed = packing.pack(data);
      const buffer = this.#device.createBuffer(`${label} (${packing.key})`, packed.byteLength);
      this.#device.write(buffer, packed);
      this.#device.flush();
      entry = { buffer, users: 0 };
      layouts.set(packing.key, entry);
    }
    entry.users++;
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
}

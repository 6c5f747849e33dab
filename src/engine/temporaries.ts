/**
 * Buffers for what lives only within a run, shared by all programs of a device: a run ends before the next begins, so no two
 * need them at once.
 */
import type { Device, DeviceBuffer } from './device.js';

interface Entry {
  readonly buffer: DeviceBuffer;
  users: number;
}

export class TemporaryPool {
  readonly #device: Device;
  readonly #entries = new Set<Entry>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** The smallest buffer that holds so many bytes and is not in `taken`, or a new one. Throws where that cannot be made. */
  acquire(label: string, bytes: number, taken: ReadonlySet<DeviceBuffer>): DeviceBuffer {
    const fitting = [...this.#entries].filter(({ buffer }) => buffer.bytes >= bytes && !taken.has(buffer));
    const [smallest] = fitting.sort((a, b) => a.buffer.bytes - b.buffer.bytes);
    const entry = smallest ?? { buffer: this.#device.createBuffer(label, bytes), users: 0 };
    this.#entries.add(entry);
    entry.users++;
    return entry.buffer;
  }

  release(buffer: DeviceBuffer): void {
    for (const entry of this.#entries) {
      if (entry.buffer !== buffer || --entry.users > 0) continue;
      this.#entries.delete(entry);
      this.#device.destroyBuffer(buffer);
    }
  }
}

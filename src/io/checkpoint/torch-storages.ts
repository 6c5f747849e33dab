import { dtypeBytes } from '../dtype.js';
import type { Build } from './pickle/session.js';
import { storageDtype } from './pickle/torch.js';
import type { PickleValue } from './pickle/values.js';
import { type ByteSource, slice } from './source.js';
import { Storage } from './storage.js';

/** A part of a storage, which old files have as a storage of its own. `offset` in values. */
interface StoragePart {
  readonly part: Storage;
  readonly whole: Storage;
  readonly offset: number;
}

/** The storages that a torch file's pickle names, each once. */
export class StorageTable {
  private readonly table = new Map<string, Storage>();
  private readonly parts: StoragePart[] = [];

  constructor(
    private readonly bigEndian: boolean,
    /** Is told each new storage. */
    private readonly found: (storage: Storage, build: Build) => void = () => {},
  ) {}

  get storages(): ReadonlyMap<string, Storage> {
    return this.table;
  }

  /** Of a persistent id ('storage', class, key, device, number of values[, (key, offset, number) of a part]). */
  readonly load = (id: PickleValue, build: Build): Storage => {
    if (!Array.isArray(id) || id[0] !== 'storage')
      throw build.fail('asks for something other than a storage.');
    const [, type, key, , elements, part] = id;
    const dtype = storageDtype(type);
    if (!dtype) throw build.fail('asks for a storage of a dtype that is not read.');
    if (typeof key !== 'string' || key.length > 200 || !isCount(elements)) {
      throw build.fail('asks for a storage without a key and a number of values.');
    }
    let storage = this.table.get(key);
    if (!storage) {
      storage = new Storage(key, dtype, elements, this.bigEndian);
      this.found(storage, build);
      this.table.set(key, storage);
    } else if (storage.dtype !== dtype || storage.elements !== elements) {
      throw build.fail(
        `asks for storage ${key} as ${elements} values of ${dtype}, before as ${storage.elements} of ${storage.dtype}.`,
      );
    }
    if (!Array.isArray(part)) return storage;
    const [, offset, count] = part;
    if (!isCount(offset) || !isCount(count) || offset + count > elements) {
      throw build.fail(`asks for a part of storage ${key} that leaves it.`);
    }
    const own = new Storage(`${key}, a part`, dtype, count, this.bigEndian);
    this.parts.push({ part: own, whole: storage, offset });
    return own;
  };

  /** Says where a storage's bytes are, and so those of its parts. */
  place(storage: Storage, source: ByteSource): void {
    storage.place(source);
    const bytes = dtypeBytes[storage.dtype];
    for (const { part, whole, offset } of this.parts) {
      if (whole === storage) part.place(slice(source, offset * bytes, part.byteLength));
    }
  }
}

function isCount(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

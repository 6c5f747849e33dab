import { FwplusError } from '../../errors.js';
import { type Dtype, dtypeBytes } from '../dtype.js';
import { AGAIN, type ByteSource, readRange } from './source.js';

/** The memory that tensors are views of. Its bytes stay in the file. */
export class Storage {
  private source: ByteSource | undefined;

  constructor(
    /** What the file calls it. */
    readonly key: string,
    /** U8 for storages without a type of their own. */
    readonly dtype: Dtype,
    readonly elements: number,
    readonly bigEndian = false,
  ) {}

  get byteLength(): number {
    return this.elements * dtypeBytes[this.dtype];
  }

  /** Says where its bytes are; legacy files tell only at their end. Throws where they are of another number. */
  place(source: ByteSource): void {
    if (source.size !== this.byteLength) {
      throw new FwplusError(
        `Reading ${source.name}: it has ${source.size} bytes, wanted ${this.byteLength} (${this.elements} values of ${this.dtype}).`,
        { hint: AGAIN },
      );
    }
    this.source = source;
  }

  get isPlaced(): boolean {
    return this.source !== undefined;
  }

  /** Bytes as they are in the file. */
  read(offset: number, length: number): Promise<Uint8Array> {
    if (!this.source) throw new FwplusError(`Reading storage ${this.key}: the file has no bytes for it.`);
    return readRange(this.source, offset, length, `storage ${this.key}`);
  }
}

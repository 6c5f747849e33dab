import { FwplusError } from '../../errors.js';
import { crc32 } from '../crc32.js';
import { inflatedSource } from './inflate.js';
import { AGAIN, type ByteSource, readRange, slice } from './source.js';
import { readDirectory, viewOf, type ZipEntry } from './zip-directory.js';

const LOCAL = 0x04034b50;

/**
 * A ZIP archive whose files are read by ranges: stored ones where they lie, deflated ones from front to back. A library for
 * this was looked for; those there are unpack files whole, or take the archive whole into memory.
 */
export class ZipArchive {
  static async open(source: ByteSource): Promise<ZipArchive> {
    return new ZipArchive(source, await readDirectory(source));
  }

  private constructor(
    private readonly source: ByteSource,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  names(): string[] {
    return [...this.entries.keys()];
  }

  entry(name: string): ZipEntry | undefined {
    return this.entries.get(name);
  }

  /** The bytes of a file, after a look at the header before them. */
  async open(entry: ZipEntry): Promise<ByteSource> {
    const { name, offset, packedSize } = entry;
    const header = viewOf(await readRange(this.source, offset, 30, `the header of ${name}`));
    const nameLength = header.getUint16(26, true);
    const begin = offset + 30 + nameLength + header.getUint16(28, true);
    const method = header.getUint16(8, true);
    if (header.getUint32(0, true) !== LOCAL || method !== (entry.isDeflated ? 8 : 0)) {
      throw this.fail(`the header of ${name} at byte ${offset} is not what the directory says.`);
    }
    const bytes = await readRange(this.source, offset + 30, nameLength, `the name of ${name}`);
    if (new TextDecoder().decode(bytes) !== name) {
      throw this.fail(`the directory has the file ${name} at byte ${offset}, where another one is.`);
    }
    if (begin + packedSize > this.source.size) {
      throw this.fail(
        `it is truncated: ${name} goes to byte ${begin + packedSize}, the file to ${this.source.size}.`,
      );
    }
    const packed = slice(this.source, begin, packedSize, `${this.source.name}, ${name}`);
    return entry.isDeflated ? inflatedSource(packed, entry.size, entry.crc) : packed;
  }

  /** A small file whole, its checksum compared. */
  async bytes(entry: ZipEntry, most: number): Promise<Uint8Array> {
    const { name, size, crc } = entry;
    if (size > most) throw this.fail(`${name} has ${size} bytes, at most ${most} are read.`);
    const bytes = await readRange(await this.open(entry), 0, size, name);
    if (crc32(bytes) !== crc) throw this.fail(`the checksum of ${name} is wrong.`);
    return bytes;
  }

  private fail(found: string): FwplusError {
    return new FwplusError(`Reading ${this.source.name} as a ZIP archive: ${found}`, { hint: AGAIN });
  }
}

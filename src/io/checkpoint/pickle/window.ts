import { FwplusError } from '../../../errors.js';
import { AGAIN, type ByteSource, readRange } from '../source.js';

/** The first and the largest piece that is read at once. */
const FIRST = 2 ** 12;
const LARGEST = 2 ** 18;

/** A source read from front to back, of which only a piece is held. All numbers are little-endian. */
export class Window {
  private buffer = new Uint8Array(0);
  private view = new DataView(this.buffer.buffer);
  /** The next byte, in the buffer. */
  private at = 0;
  /** The file's offset of the buffer. */
  private base: number;
  private piece = FIRST;

  constructor(
    private readonly source: ByteSource,
    position: number,
  ) {
    this.base = position;
  }

  /** The offset of the next byte in the source. */
  get position(): number {
    return this.base + this.at;
  }

  /** Bytes from the next one to the source's end. */
  get left(): number {
    return this.source.size - this.position;
  }

  /** Whether the next `count` bytes are held. */
  has(count: number): boolean {
    return this.at + count <= this.buffer.length;
  }

  /** Makes `has(count)` true; throws where the source ends before. */
  async fill(count: number): Promise<void> {
    if (this.has(count)) return;
    if (count > this.left) {
      throw new FwplusError(
        `Reading ${this.source.name}: it is truncated: ${count} bytes were to follow at byte ${this.position}, the file ends at ${this.source.size}.`,
        { hint: AGAIN },
      );
    }
    const kept = this.buffer.subarray(this.at);
    const wanted = Math.min(Math.max(count, this.piece), this.left);
    const more = await readRange(
      this.source,
      this.position + kept.length,
      wanted - kept.length,
      'the pickle',
    );
    this.piece = Math.min(2 * this.piece, LARGEST);
    const buffer = new Uint8Array(wanted);
    buffer.set(kept);
    buffer.set(more, kept.length);
    this.base = this.position;
    this.at = 0;
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** An unsigned 64-bit number; rounded beyond 2^53, where no length is valid. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  /** A 64-bit float, which pickles store big-endian. */
  float64(): number {
    return this.view.getFloat64(this.advance(8));
  }

  /** The next bytes, as a copy. */
  take(count: number): Uint8Array {
    const at = this.advance(count);
    return this.buffer.slice(at, at + count);
  }

  /** Goes on after `count` bytes, held or not; the caller keeps inside of `left`. */
  skip(count: number): void {
    this.at += count;
    if (this.at <= this.buffer.length) return;
    this.base += this.at;
    this.at = 0;
    this.buffer = new Uint8Array(0);
    this.piece = FIRST;
  }

  /** The bytes before the next newline, which is passed. At most `most` of them, or an error. */
  async line(most: number): Promise<Uint8Array> {
    for (let searched = 0; ; ) {
      const found = this.buffer.indexOf(10, this.at + searched) - this.at;
      if (found >= 0) {
        const bytes = this.take(found);
        this.advance(1);
        return bytes;
      }
      searched = this.buffer.length - this.at;
      if (searched > most) {
        throw new FwplusError(
          `Reading ${this.source.name}: the line at byte ${this.position} has more than ${most} bytes.`,
          { hint: AGAIN },
        );
      }
      await this.fill(Math.max(searched + 1, Math.min(2 * searched, this.left)));
    }
  }

  private advance(count: number): number {
    const at = this.at;
    this.at += count;
    return at;
  }
}

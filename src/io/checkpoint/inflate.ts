import { FwplusError } from '../../errors.js';
import { AGAIN, type ByteSource, readRange } from './source.js';

const PIECE = 2 ** 18;

/**
 * Deflated bytes as a source. It inflates from front to back and keeps nothing: reading on from where the last read ended is
 * cheap, anything before that begins again. The checksum is checked when the last byte is read.
 */
export function inflatedSource(packed: ByteSource, size: number, crc: number): ByteSource {
  const { name } = packed;
  let inflater: Inflater | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const read = async (offset: number, length: number) => {
    if (!inflater || offset < inflater.position) {
      await inflater?.close();
      inflater = new Inflater(packed, size, crc);
    }
    try {
      await inflater.take(offset - inflater.position);
      const out = new Uint8Array(length);
      await inflater.take(length, out);
      return out;
    } catch (cause) {
      inflater = undefined;
      if (cause instanceof FwplusError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FwplusError(`Reading ${name}: its compressed bytes are damaged (${reason}).`, {
        hint: AGAIN,
        cause,
      });
    }
  };
  return {
    name,
    size,
    // One read after the other, for they share the inflater.
    read(offset, length) {
      const next = last.then(() => read(offset, length));
      last = next.catch(() => {});
      return next;
    },
  };
}

class Inflater {
  position = 0;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private held: Uint8Array = new Uint8Array(0);

  constructor(
    packed: ByteSource,
    private readonly size: number,
    crc: number,
  ) {
    const format = new DecompressionStream('gzip');
    this.reader = gzip(packed, size, crc).pipeThrough(format).getReader();
  }

  close(): Promise<void> {
    return this.reader.cancel().catch(() => {});
  }

  /** Inflates the next bytes, into `out` where it is given. */
  async take(length: number, out?: Uint8Array): Promise<void> {
    for (let done = 0; done < length; ) {
      if (this.held.length === 0) {
        const { value } = await this.reader.read();
        if (!value) throw new Error(`they end after ${this.position} of ${this.size} bytes`);
        this.held = value;
        continue;
      }
      const part = this.held.subarray(0, length - done);
      out?.set(part, done);
      this.held = this.held.subarray(part.length);
      done += part.length;
      this.position += part.length;
    }
    if (length === 0 || this.position < this.size) return;
    const { done } = await this.reader.read();
    if (!done || this.held.length > 0) throw new Error(`they hold more than ${this.size} bytes`);
  }
}

/**
 * Deflated bytes as a gzip file (RFC 1952), for which hosts have an inflater that compares the checksum; one for bare
 * deflate came to Node only with 20.12.
 */
function gzip(packed: ByteSource, size: number, crc: number): ReadableStream<BufferSource> {
  const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  const tail = new Uint8Array(8);
  new DataView(tail.buffer).setUint32(0, crc, true);
  new DataView(tail.buffer).setUint32(4, size % 2 ** 32, true);
  let at = -1;
  return new ReadableStream<BufferSource>({
    async pull(controller) {
      if (at < 0) {
        at = 0;
        controller.enqueue(head);
      } else if (at < packed.size) {
        const length = Math.min(PIECE, packed.size - at);
        controller.enqueue((await readRange(packed, at, length, 'the compressed bytes')).slice());
        at += length;
      } else {
        controller.enqueue(tail);
        controller.close();
      }
    },
  });
}

import { FwplusError } from '../errors.js';

/** zlib-compresses bytes (RFC 1950) with the host's own compressor: the same input gives the same bytes on one host. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of pump(bytes, new CompressionStream('deflate'))) {
    parts.push(part);
    length += part.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * Inflates zlib data that must hold exactly `length` bytes. It never allocates more than that, whatever the data say.
 * Throws a `FwplusError` on damage, on too little and on too much; `what` begins its message.
 */
export async function inflate(bytes: Uint8Array, length: number, what: string): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  let at = 0;
  try {
    for await (const part of pump(bytes, new DecompressionStream('deflate'))) {
      if (at + part.length > length) {
        throw new FwplusError(`${what}: the compressed data hold more than the ${length} bytes they should.`);
      }
      out.set(part, at);
      at += part.length;
    }
  } catch (cause) {
    if (cause instanceof FwplusError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FwplusError(
      `${what}: the compressed data are damaged after ${at} of ${length} bytes (${reason}).`,
      {
        cause,
      },
    );
  }
  if (at < length) {
    throw new FwplusError(`${what}: the compressed data end after ${at} of ${length} bytes.`);
  }
  return out;
}

/** Feeds `bytes` through a stream and yields what comes out. */
async function* pump(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): AsyncGenerator<Uint8Array> {
  const writer = stream.writable.getWriter();
  // A failed write fails the reader too, and it is the reader's error that is thrown.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

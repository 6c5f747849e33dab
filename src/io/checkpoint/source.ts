import { FwplusError } from '../../errors.js';

/** Bytes that are read by ranges, so that a large file is never held whole. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  /** Bytes; below 2^53. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, which the caller keeps inside of `size`; do not write to them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What a damaged file's error advises. */
export const AGAIN = 'The file is damaged or incomplete; copy or download it again.';

/** A source of bytes in memory. What is read views them. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** A source of a browser's File or Blob. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw new FwplusError(`Reading ${name}: the browser no longer lets this page read the file.`, {
          hint: 'The file was moved or changed since it was chosen; choose it again.',
          cause,
        });
      }
    },
  };
}

/** A part of a source, as a source. The caller keeps it inside. */
export function slice(source: ByteSource, offset: number, size: number, name = source.name): ByteSource {
  return { name, size, read: (at, length) => source.read(offset + at, length) };
}

/** Reads a range; throws a `FwplusError` where it does not lie in the source or the source has become shorter. */
export async function readRange(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  if (offset < 0 || offset + length > source.size) {
    throw new FwplusError(
      `Reading ${source.name}: it is truncated: ${what} goes from byte ${offset} to ${offset + length}, the file to ${source.size}.`,
      { hint: AGAIN },
    );
  }
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new FwplusError(
    `Reading ${source.name}: ${bytes.length} bytes came of the ${length} of ${what} at byte ${offset}.`,
    { hint: 'The file changed while it was read; try again when nothing writes to it.' },
  );
}

import { open } from 'node:fs/promises';
import type { ByteSource } from '../checkpoint/source.js';
import { explain } from './files.js';

/** A file of any size, read by ranges. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Opens a file for reading by ranges; close it. Throws a `FwplusError` as `readBytes`. */
export async function fileSource(path: string): Promise<FileSource> {
  const what = `Reading ${path}`;
  const file = await open(path, 'r').catch((cause) => {
    throw explain(what, cause, path);
  });
  const close = () => file.close();
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    return { name: path, size: found.size, read, close };
  } catch (cause) {
    await close();
    throw explain(what, cause, path);
  }

  async function read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    try {
      // One call gives at most 2 GiB, and may give less at any time.
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done);
        if (bytesRead === 0) return bytes.subarray(0, done);
        done += bytesRead;
      }
    } catch (cause) {
      throw explain(what, cause, path);
    }
    return bytes;
  }
}

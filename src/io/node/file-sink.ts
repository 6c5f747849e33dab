import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteSink } from '../convert/sink.js';
import { explain, refuseFolder } from './files.js';

/**
 * Writes a file that is not held whole: `body` gives it piece by piece, into a temporary file beside it that is renamed
 * over `path` when all of it is on the disk. Where anything throws, an earlier file of that name stays as it was and nothing
 * half written is left.
 */
export async function writeStreamed<T>(path: string, body: (sink: ByteSink) => Promise<T>): Promise<T> {
  const what = `Writing ${path}`;
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const said = <R>(promise: Promise<R>) =>
    promise.catch((cause) => {
      throw explain(what, cause, path);
    });
  await said(refuseFolder(path));
  const file = await said(open(temporary, 'wx'));
  try {
    const result = await body({ write: (bytes) => said(file.writeFile(bytes)) });
    await said(file.sync());
    await file.close();
    await said(rename(temporary, path));
    return result;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

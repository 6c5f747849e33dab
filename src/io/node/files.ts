import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FwplusError } from '../../errors.js';

/** Reads a whole file. Throws a `FwplusError` that says what is in the way: no such file, a folder, no permission. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw explain(`Reading ${path}`, cause, path);
  }
}

/** What a file is to hold. */
export interface FileContent {
  readonly path: string;
  readonly content: Uint8Array | string;
}

/**
 * Writes a whole file or nothing: into a temporary file beside it, flushed to the disk, then renamed over `path`. Until
 * then an earlier file of that name stays as it was. Throws a `FwplusError`, and leaves nothing half written behind.
 */
export function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  return writeAllAtomic([{ path, content }]);
}

/**
 * Writes files that belong together: all of them into temporary files first, then all are renamed. Where one cannot be
 * written, the earlier ones of all names stay as they were.
 */
export async function writeAllAtomic(files: readonly FileContent[]): Promise<void> {
  const temporaries = files.map(({ path }) =>
    join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`),
  );
  let path = '';
  try {
    for (const [at, file] of files.entries()) {
      path = file.path;
      await refuseFolder(path);
      await writeFlushed(temporaries[at]!, file.content);
    }
    for (const [at, file] of files.entries()) {
      path = file.path;
      await rename(temporaries[at]!, path);
    }
  } catch (cause) {
    for (const temporary of temporaries) await rm(temporary, { force: true }).catch(() => {});
    throw explain(`Writing ${path}`, cause, path);
  }
}

/** A rename onto a folder fails: better before the first of several than in the midst of them. */
export async function refuseFolder(path: string): Promise<void> {
  if (await isFolder(path)) throw Object.assign(new Error('a folder is in the way'), { code: 'EISDIR' });
}

async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Makes the folder (and those above it) where it is missing, and writes and removes a file in it, so that long work does
 * not begin in vain. With `bytes`, the disk must have that much room; else nothing is made.
 * @returns the folders that it made, the innermost first.
 */
export async function ensureWritableFolder(path: string, bytes = 0): Promise<readonly string[]> {
  const what = `Preparing the output folder ${path}`;
  const left = await roomAt(path);
  if (left < bytes) {
    const mebibytes = (n: number) => `${(n / 2 ** 20).toFixed(1)} MiB`;
    throw new FwplusError(`${what}: the disk has ${mebibytes(left)} left, wanted ${mebibytes(bytes)}.`, {
      hint: 'Make room on that disk, or choose a folder on another one.',
    });
  }
  const probe = join(path, `.fwplus.${randomBytes(6).toString('hex')}.tmp`);
  let made: readonly string[] = [];
  try {
    // Resolved: above `a/../b` there would be `a/..`.
    made = await makeFolder(resolve(path));
    const file = await open(probe, 'wx');
    await file.close();
    await rm(probe);
    return made;
  } catch (cause) {
    await removeEmptyFolders(made);
    throw explain(what, cause, path);
  }
}

/** The same for the folder of a file that is to be written, and no folder may be in its place. */
export async function ensureWritableFile(path: string): Promise<void> {
  await ensureWritableFolder(dirname(path));
  if (await isFolder(path)) throw explain(`Writing ${path}`, { code: 'EISDIR' }, path);
}

/**
 * Work whose results go into folders: they are made before, as by `ensureWritableFolder`, each with room for `bytes`; those that
 * hold nothing afterwards are removed again.
 */
export async function withWritableFolders<T>(
  paths: readonly string[],
  bytes: number,
  work: () => Promise<T>,
): Promise<T> {
  const made: (readonly string[])[] = [];
  try {
    for (const path of paths) made.push(await ensureWritableFolder(path, bytes));
    return await work();
  } finally {
    for (const folders of made.reverse()) await removeEmptyFolders(folders);
  }
}

/** Those of the folders that are empty, up to the first that is not. */
async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const isRemoved = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}

/** Bytes left on the disk of a folder, or of the nearest one above it that there is; Infinity where nobody says. */
async function roomAt(path: string): Promise<number> {
  if (await isFolder(path)) {
    return statfs(path).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => Number.POSITIVE_INFINITY,
    );
  }
  const parent = dirname(path);
  return parent === path ? Number.POSITIVE_INFINITY : roomAt(parent);
}

/**
 * As mkdir's `recursive`, which never ends where a file system refuses with ENOENT, such as below /proc. Returns the folders
 * that were missing, the innermost first.
 */
async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(path))) return [];
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isFolder(parent))) throw error;
    const above = await makeFolder(parent);
    await mkdir(path);
    return [path, ...above];
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

const reasons: Record<string, readonly [found: string, hint: string]> = {
  ENOENT: ['there is no such file or folder', 'Check the spelling and the folder you are in.'],
  EISDIR: ['it is a folder, wanted a file', 'Name a file in it.'],
  ENOTDIR: ['a part of the path is a file, wanted a folder', 'Choose another path, or move that file away.'],
  EEXIST: [
    'a file of that name is in the way, wanted a folder',
    'Choose another path, or move that file away.',
  ],
  EACCES: ['permission denied', 'Change its permissions, or choose a place that is yours.'],
  EPERM: ['the operation is not permitted', 'Change its permissions, or choose a place that is yours.'],
  EROFS: ['the file system is read-only', 'Choose a folder on another disk.'],
  ENOSPC: ['the disk is full', 'Make room on that disk, or choose a folder on another one.'],
  EDQUOT: ['your disk quota is used up', 'Make room, or choose a folder on another disk.'],
  EMFILE: ['too many files are open', 'Close other programs, or raise the limit (ulimit -n).'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter one.'],
  ELOOP: ['the path leads round in symbolic links', 'Choose another path.'],
  ERR_FS_FILE_TOO_LARGE: ['the file is larger than 2 GiB', 'Files of that size are not read in one piece.'],
};

/** What a system's error means, as a sentence with a hint; `what` begins it. */
export function explain(what: string, cause: unknown, path: string): FwplusError {
  const error = cause as NodeJS.ErrnoException;
  const code = error.code ?? '';
  const [found, hint] = reasons[code] ?? [error.message, `Check ${dirname(path)}.`];
  return new FwplusError(`${what}: ${found}${code ? ` (${code})` : ''}.`, { hint, cause });
}

import { FwplusError } from '../../errors.js';
import { AGAIN, type ByteSource, readRange } from './source.js';

/** A file in a ZIP archive, as its directory has it (APPNOTE 6.3, sections 4.3.12 to 4.3.16). */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  /** Bytes, unpacked and as they are stored. */
  readonly size: number;
  readonly packedSize: number;
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Bytes that a directory may have, and files. */
const MOST_BYTES = 2 ** 25;
const MOST_ENTRIES = 2 ** 16;
/** Deflate cannot pack better. */
const BEST_RATIO = 1032;
const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const ENTRY = 0x02014b50;

type Fail = (found: string, hint?: string) => FwplusError;

/** Where the directory lies and how many files it has. */
interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

/**
 * Reads the directory of a ZIP archive, with sizes and offsets of 64 bits. Throws where the file is truncated, where a name
 * is there twice, is absolute or leads upwards, and where files are encrypted, overlap or lie outside.
 */
export async function readDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const fail: Fail = (found, hint = AGAIN) =>
    new FwplusError(`Reading ${source.name} as a ZIP archive: ${found}`, { hint });
  const { offset, size, count } = await findDirectory(source, fail);
  if (size > MOST_BYTES || count > MOST_ENTRIES) {
    throw fail(
      `its directory has ${count} files in ${size} bytes; ${MOST_ENTRIES} in ${MOST_BYTES} are read.`,
    );
  }
  if (offset + size > source.size) {
    throw fail(
      `it is truncated: its directory goes from byte ${offset} to ${offset + size}, the file to ${source.size}.`,
    );
  }
  const bytes = await readRange(source, offset, size, 'the directory');
  const entries = new Map<string, ZipEntry>();
  for (const entry of parseEntries(bytes, count, offset, fail)) {
    if (entries.has(entry.name)) {
      throw fail(
        `it has the file ${entry.name} twice.`,
        'Programs differ in which they read; save it again.',
      );
    }
    entries.set(entry.name, entry);
  }
  checkPlaces([...entries.values()], offset, fail);
  return entries;
}

/** Finds the end record, behind which there may be a comment, and the one of 64 bits before it. */
async function findDirectory(source: ByteSource, fail: Fail): Promise<Directory> {
  const length = Math.min(source.size, 65557);
  const start = source.size - length;
  const view = viewOf(await readRange(source, start, length, 'the end record'));
  let at = length - 22;
  while (
    at >= 0 &&
    !(view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === length)
  ) {
    at--;
  }
  if (at < 0) throw fail('it is truncated: it has no end record.');
  const found = {
    disk: view.getUint16(at + 4, true),
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  if (at >= 20 && view.getUint32(at - 20, true) === END64_LOCATOR) {
    const place = Number(view.getBigUint64(at - 12, true));
    const end = viewOf(await readRange(source, place, 56, 'the end record of 64 bits'));
    if (end.getUint32(0, true) !== END64) throw fail(`it has no end record of 64 bits at byte ${place}.`);
    return {
      count: Number(end.getBigUint64(32, true)),
      size: Number(end.getBigUint64(40, true)),
      offset: Number(end.getBigUint64(48, true)),
    };
  }
  if (found.disk !== 0) throw fail('it is one of several parts.', 'Join the parts first.');
  return found;
}

function* parseEntries(bytes: Uint8Array, count: number, base: number, fail: Fail): Generator<ZipEntry> {
  const view = viewOf(bytes);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) {
      throw fail(`its directory is damaged at byte ${base + at}, file ${i} of ${count}.`);
    }
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > bytes.length)
      throw fail(`its directory is damaged at byte ${base + at}, file ${i} of ${count}.`);
    const name = checkedName(new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)), fail);
    if (flags & 1) throw fail(`the file ${name} is encrypted.`, 'Unpack it with its password first.');
    if (method !== 0 && method !== 8) {
      throw fail(
        `the file ${name} is packed by method ${method}.`,
        'Only stored and deflated files are read.',
      );
    }
    const [size, packedSize, offset] = wideNumbers(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      bytes.subarray(nameEnd, extraEnd),
    );
    if (method === 0 ? size !== packedSize : size! > BEST_RATIO * packedSize! + 64) {
      throw fail(`the file ${name} has ${packedSize} bytes and would have ${size} unpacked.`);
    }
    yield {
      name,
      isDeflated: method === 8,
      size: size!,
      packedSize: packedSize!,
      crc: view.getUint32(at + 16, true),
      offset: offset!,
    };
    at = end;
  }
  if (at !== bytes.length) throw fail(`its directory has ${bytes.length - at} bytes more than its files.`);
}

/** Numbers that are all ones stand in the extra field of 64 bits (section 4.5.3), in this order. */
function wideNumbers(numbers: readonly number[], extra: Uint8Array): number[] {
  const view = viewOf(extra);
  let at = 0;
  while (at + 4 <= extra.length && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  const end = at + 4 <= extra.length ? Math.min(at + 4 + view.getUint16(at + 2, true), extra.length) : at;
  at += 4;
  return numbers.map((number) => {
    if (number !== 0xffffffff || at + 8 > end) return number;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  });
}

function checkedName(name: string, fail: Fail): string {
  const told = JSON.stringify(name.slice(0, 200));
  if (/^[/\\]|^[a-z]:/i.test(name) || /(^|[/\\])\.\.([/\\]|$)/.test(name) || name.includes('\0')) {
    throw fail(
      `it has a file with the path ${told}, which leads out of it.`,
      'No checkpoint has such; do not trust it.',
    );
  }
  return name;
}

/** Files must lie one after the other before the directory: at least a header of 30 bytes, the name, and the bytes. */
function checkPlaces(entries: ZipEntry[], directory: number, fail: Fail): void {
  entries.sort((a, b) => a.offset - b.offset);
  entries.forEach(({ name, offset, packedSize }, i) => {
    const next = entries[i + 1];
    const end = offset + 30 + packedSize;
    if (end > (next?.offset ?? directory)) {
      throw fail(
        `the file ${name} ends at byte ${end}, inside of ${next ? `the file ${next.name}` : 'the directory'}.`,
      );
    }
  });
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Pickles, ZIP archives and torch files put together by hand, good and bad. */
import { bytesSource, type Checkpoint, readCheckpoint } from '../../../src/io/checkpoint/index.js';
import { crc32 } from '../../../src/io/crc32.js';

/** Bytes, a byte, or characters that stand for bytes. */
export type Part = Uint8Array | number | string;

export const join = (...parts: readonly Part[]): Uint8Array => joined(parts);

/** The same of a long list, which a call's arguments cannot hold. */
export function joined(parts: readonly Part[]): Uint8Array {
  const pieces = parts.map((part) => {
    if (typeof part === 'number') return Uint8Array.of(part);
    return typeof part === 'string' ? Uint8Array.from(part, (c) => c.charCodeAt(0)) : part;
  });
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Numbers of `size` bytes, little-endian. */
export function little(size: number, ...values: readonly number[]): Uint8Array {
  const out = new Uint8Array(size * values.length);
  values.forEach((value, i) => {
    let rest = BigInt(value);
    for (let k = 0; k < size; k++, rest >>= 8n) out[i * size + k] = Number(rest & 255n);
  });
  return out;
}

export function floats(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** Operations of a pickle. */
export const text = (value: string) => join('X', little(4, value.length), value);
export const int = (value: number) => join('J', little(4, value));
export const tuple = (...parts: readonly Part[]) => join('(', ...parts, 't');
export const list = (...parts: readonly Part[]) => join('](', ...parts, 'e');
export const ints = (...values: readonly number[]) => tuple(...values.map(int));
export const named = (module: string, name: string) => `c${module}\n${name}\n`;
export const bytes = (value: Uint8Array) => join('B', little(4, value.length), value);
export const call = (module: string, name: string, ...args: readonly Part[]) =>
  join(named(module, name), tuple(...args), 'R');
export const pickle = (...parts: readonly Part[]) => join('\x80\x02', ...parts, '.');

/** A torch storage by its persistent id, and a tensor of it. */
export const storage = (key: string, elements: number, type = 'FloatStorage', part: Part = '') =>
  join(tuple(text('storage'), named('torch', type), text(key), text('cpu'), int(elements), part), 'Q');
export const tensor = (of: Part, offset: Part, shape: Part, strides: Part) =>
  call(
    'torch._utils',
    '_rebuild_tensor_v2',
    of,
    offset,
    shape,
    strides,
    '\x89',
    call('collections', 'OrderedDict'),
  );

export interface FileInArchive {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the directory and the header say; as it is unless told. */
  readonly packed?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly localName?: string;
}

/** A ZIP archive of stored files. */
export function archive(
  files: readonly FileInArchive[],
  more: { count?: number; disk?: number } = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const file of files) {
    const { name, packed = file.bytes, method = 0, flags = 0, crc = crc32(file.bytes) } = file;
    const { size = file.bytes.length, offset = at, localName = name } = file;
    const numbers = join(little(2, flags, method, 0, 0), little(4, crc, packed.length, size));
    const local = join(
      'PK\x03\x04',
      little(2, 20),
      numbers,
      little(2, localName.length, 0),
      localName,
      packed,
    );
    directory.push(
      join(
        'PK\x01\x02',
        little(2, 20, 20),
        numbers,
        little(2, name.length, 0, 0, 0, 0),
        little(4, 0, offset),
        name,
      ),
    );
    parts.push(local);
    at += local.length;
  }
  const entries = join(...directory);
  const { count = files.length, disk = 0 } = more;
  const end = join(
    'PK\x05\x06',
    little(2, disk, disk, count, count),
    little(4, entries.length, at),
    little(2, 0),
  );
  return join(...parts, entries, end);
}

/** A torch file as a ZIP archive: a pickle and its storages. */
export function torchZip(
  object: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  more: readonly FileInArchive[] = [],
): Uint8Array {
  const data = Object.entries(storages).map(([key, value]) => ({ name: `a/data/${key}`, bytes: value }));
  return archive([{ name: 'a/data.pkl', bytes: object }, ...data, ...more]);
}

export interface LegacyFile {
  readonly object: Part;
  readonly keys?: Part;
  /** After the pickles. */
  readonly data?: Part;
  readonly version?: number;
  readonly system?: Part;
}

/** A torch file as before version 1.6. */
export function torchLegacy({
  object,
  keys = ']',
  data = '',
  version = 1001,
  system = '}',
}: LegacyFile): Uint8Array {
  const magic = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';
  return join(pickle(magic), pickle(int(version)), pickle(system), pickle(object), pickle(keys), data);
}

export function npy(header: string, data: Part = '', version = 1): Uint8Array {
  return join('\x93NUMPY', version, 0, little(2, header.length), header, data);
}

export function readBytes(content: Uint8Array, name = 'file'): Promise<Checkpoint> {
  return readCheckpoint(bytesSource(name, content));
}

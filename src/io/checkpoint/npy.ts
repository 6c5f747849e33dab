import { FwplusError } from '../../errors.js';
import { dtypeBytes, elements } from '../dtype.js';
import { numpyDtype } from './numpy-dtype.js';
import { readPickle } from './pickle/machine.js';
import type { Session } from './pickle/session.js';
import { PickledDict, PickledObject, type PickleValue } from './pickle/values.js';
import { AGAIN, type ByteSource, readRange, slice } from './source.js';
import { Storage } from './storage.js';
import { MOST_DIMENSIONS, sideBySide, TensorView } from './tensor-view.js';
import type { ZipArchive } from './zip.js';
import { viewOf } from './zip-directory.js';

export const NPY_MAGIC = '\x93NUMPY';
const MOST_HEADER = 2 ** 16;
const header =
  /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(((?:\d+L?, ?)*(?:\d+L?)?)\),? ?\}\s*$/;

/**
 * Reads a .npy file (numpy.lib.format, versions 1 to 3): numbers as a TensorView, which stays in the file, and objects as the
 * values of their pickle. Arrays of what is not read (text, records) become a PickledObject `numpy.ndarray` whose argument
 * is the header.
 */
export async function readNpy(source: ByteSource, session: Session): Promise<PickleValue> {
  const fail = (found: string) =>
    new FwplusError(`Reading ${source.name} as a NumPy array: ${found}`, { hint: AGAIN });
  const start = await readRange(source, 0, Math.min(12, source.size), 'the beginning');
  if (start.length < 12 || !isNpy(start)) throw fail('it does not begin as one.');
  const version = start[6]!;
  if (version < 1 || version > 3) throw fail(`its version is ${version}; 1 to 3 are read.`);
  const begin = version === 1 ? 10 : 12;
  const length = version === 1 ? viewOf(start).getUint16(8, true) : viewOf(start).getUint32(8, true);
  if (length > MOST_HEADER) throw fail(`its header has ${length} bytes, at most ${MOST_HEADER} are read.`);
  const text = new TextDecoder().decode(await readRange(source, begin, length, 'the header'));
  const at = begin + length;
  const [, description, fortran, sizes] = header.exec(text) ?? [];
  if (description === undefined) {
    if (text.startsWith("{'descr': [")) return new PickledObject('numpy', 'ndarray', [text]);
    throw fail(`its header is damaged: ${JSON.stringify(text.slice(0, 80))}.`);
  }
  const { dtype, bigEndian } = numpyDtype(description);
  if (dtype === 'object') return (await readPickle(source, at, session)).value;
  if (!dtype) return new PickledObject('numpy', 'ndarray', [text]);
  const shape = (sizes!.match(/\d+/g) ?? []).map(Number);
  const count = shape.includes(0) ? 0 : elements(shape);
  const end = at + count * dtypeBytes[dtype];
  if (!(shape.length <= MOST_DIMENSIONS && end <= source.size)) {
    throw fail(
      `it is truncated: an array ${dtype} [${shape}] goes to byte ${end}, the file to ${source.size}.`,
    );
  }
  const storage = new Storage(`of ${source.name}`, dtype, count, bigEndian);
  storage.place(slice(source, at, end - at));
  const layout = { dtype, shape, strides: sideBySide(shape, fortran === 'True'), offset: 0 };
  return new TensorView(storage, layout, (found) => fail(`it has ${found}`));
}

/** Reads a .npz file: a ZIP archive of .npy files, by their names without the ending. Other files are passed over. */
export async function readNpz(archive: ZipArchive, session: Session): Promise<PickledDict> {
  const arrays = new PickledDict();
  for (const name of npyNames(archive)) {
    const source = await archive.open(archive.entry(name)!);
    arrays.set(name.slice(0, -'.npy'.length), await readNpy(source, session));
  }
  return arrays;
}

export function npyNames(archive: ZipArchive): string[] {
  return archive.names().filter((name) => name.endsWith('.npy'));
}

/** Whether bytes begin as a .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return [...NPY_MAGIC].every((character, i) => bytes[i] === character.charCodeAt(0));
}

import { FwplusError } from '../../errors.js';
import { readPickle } from './pickle/machine.js';
import type { Session } from './pickle/session.js';
import { PickledDict, type PickleValue } from './pickle/values.js';
import { AGAIN, type ByteSource, readRange, slice } from './source.js';
import { StorageTable } from './torch-storages.js';
import { viewOf } from './zip-directory.js';

/** The value of the first pickle. */
export const TORCH_MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/**
 * Reads a torch file as before version 1.6, and as inside of pickles: after the magic number the pickles of a version, of the
 * system, of the object and of the storages' keys; then for each key the number of values (int64) and the values.
 * `position` is that after the first pickle.
 */
export async function readTorchLegacy(
  source: ByteSource,
  position: number,
  session: Session,
): Promise<PickleValue> {
  const fail = (found: string) =>
    new FwplusError(`Reading ${source.name} as a torch file (legacy): ${found}`, { hint: AGAIN });
  const version = await readPickle(source, position, session);
  if (version.value !== VERSION) throw fail(`its version is not ${VERSION}.`);
  const system = await readPickle(source, version.end, session);
  const bigEndian = system.value instanceof PickledDict && system.value.get('little_endian') === false;
  const table = new StorageTable(bigEndian);
  const object = await readPickle(source, system.end, session, table.load);
  const keys = await readPickle(source, object.end, session);
  if (!Array.isArray(keys.value)) throw fail(`it has no list of storages before byte ${keys.end}.`);
  let at = keys.end;
  for (const key of keys.value) {
    const storage = typeof key === 'string' ? table.storages.get(key) : undefined;
    if (!storage) throw fail(`it lists a storage at byte ${at} that no tensor has.`);
    if (storage.isPlaced) throw fail(`it lists the storage ${storage.key} twice.`);
    const head = await readRange(source, at, 8, `the size of storage ${storage.key}`);
    const count = Number(viewOf(head).getBigInt64(0, !bigEndian));
    if (count !== storage.elements) {
      throw fail(`storage ${storage.key} has ${count} values at byte ${at}, wanted ${storage.elements}.`);
    }
    at += 8;
    const end = at + storage.byteLength;
    if (end > source.size) {
      throw fail(
        `it is truncated: storage ${storage.key} goes from byte ${at} to ${end}, the file to ${source.size}.`,
      );
    }
    const name = `${source.name}, storage ${storage.key}`;
    table.place(storage, slice(source, at, storage.byteLength, name));
    at = end;
  }
  for (const storage of table.storages.values()) {
    if (!storage.isPlaced) throw fail(`it has no storage ${storage.key}, which a tensor views.`);
  }
  return object.value;
}

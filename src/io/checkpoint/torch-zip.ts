import { FwplusError } from '../../errors.js';
import { LIMITS } from './pickle/limits.js';
import { readPickle } from './pickle/machine.js';
import type { Build, Session } from './pickle/session.js';
import type { PickleValue } from './pickle/values.js';
import { AGAIN, type ByteSource, bytesSource } from './source.js';
import type { Storage } from './storage.js';
import { StorageTable } from './torch-storages.js';
import type { ZipArchive } from './zip.js';

/** The folder of a torch file's `data.pkl`, with its slash; undefined where an archive is no torch file. */
export function torchFolder(archive: ZipArchive): string | undefined {
  const found = archive.names().filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  return found.length === 1 ? found[0]!.slice(0, -'data.pkl'.length) : undefined;
}

/**
 * Reads a torch file as from version 1.6: a ZIP archive with the pickle `data.pkl`, `byteorder`, and each storage as a file
 * `data/KEY`. Storages stay in the archive.
 */
export async function readTorchZip(
  source: ByteSource,
  archive: ZipArchive,
  folder: string,
  session: Session,
): Promise<PickleValue> {
  const fail = (found: string, hint = AGAIN) =>
    new FwplusError(`Reading ${source.name} as a torch file: ${found}`, { hint });
  if (
    archive.names().some((name) => name.startsWith(`${folder}code/`)) ||
    archive.entry(`${folder}constants.pkl`)
  ) {
    throw fail(
      'it is a TorchScript program.',
      'fwplus runs nothing of a file; save the state_dict() of the module with torch.save.',
    );
  }
  const order = archive.entry(`${folder}byteorder`);
  const byteOrder = order && new TextDecoder().decode(await archive.bytes(order, 16));
  if (byteOrder !== undefined && !/^(little|big)$/.test(byteOrder)) {
    throw fail(`its byte order is ${JSON.stringify(byteOrder)}, wanted little or big.`);
  }
  const entryOf = (storage: Storage) => archive.entry(`${folder}data/${storage.key}`);
  const table = new StorageTable(byteOrder === 'big', (storage: Storage, build: Build) => {
    const size = entryOf(storage)?.size;
    if (size === storage.byteLength) return;
    throw build.fail(
      size === undefined
        ? `asks for storage ${storage.key}, which the archive does not have.`
        : `asks for storage ${storage.key} of ${storage.byteLength} bytes; the archive has ${size}.`,
    );
  });
  const name = `${folder}data.pkl`;
  const pickle = archive.entry(name)!;
  session.spend('heldBytes', pickle.size, source.name);
  const bytes = await archive.bytes(pickle, LIMITS.heldBytes);
  const { value } = await readPickle(bytesSource(`${source.name}, ${name}`, bytes), 0, session, table.load);
  for (const storage of table.storages.values()) {
    table.place(storage, await archive.open(entryOf(storage)!));
  }
  return value;
}

/** Where a page, or a worker of it, remembers: one entry in the browser's IndexedDB, for all pages of one origin. */
import type { TuningStore } from './remembered.js';

const TABLE = 'texts';

export function tuningStore(key = 'tuning'): TuningStore {
  return {
    place: `the browser's storage ('${key}' in the database 'fwplus')`,
    read: () => inTable('readonly', (table) => table.get(key)),
    write: async (text) => {
      await inTable('readwrite', (table) => table.put(text, key));
    },
  };
}

async function inTable<T>(
  mode: IDBTransactionMode,
  ask: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open('fwplus', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  try {
    return await settled(ask(database.transaction(TABLE, mode).objectStore(TABLE)));
  } finally {
    database.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

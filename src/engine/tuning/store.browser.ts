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
    const transaction = database.transaction(TABLE, mode);
    const [result] = await Promise.all([settled(ask(transaction.objectStore(TABLE))), done(transaction)]);
    return result;
  } finally {
    database.close();
  }
}

/** What was asked for may be undone at the end, such as for want of room. */
function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

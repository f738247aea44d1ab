import type { Kept } from '../model.js';
import type { KeptStore } from './env.js';

const TABLE = 'kept';
const KEY = 'all';

/** Keeps what the app knows beside the wallet in a database of its own. */
export async function openKept(name: string, factory: IDBFactory = indexedDB): Promise<KeptStore> {
  const opening = factory.open(keptName(name), 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  const database = await result(opening);
  database.onversionchange = () => database.close();
  return {
    load: async () => {
      const read = await result(database.transaction(TABLE, 'readonly').objectStore(TABLE).get(KEY));
      const { confirmed, notes, waiting } = (read ?? {}) as Partial<Kept>;
      return { confirmed: confirmed === true, notes: notes ?? {}, waiting: waiting ?? [] };
    },
    save: (kept) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(TABLE, 'readwrite', { durability: 'strict' });
        transaction.objectStore(TABLE).put(kept, KEY);
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error('the browser stored nothing'));
      }),
  };
}

/** The name of the database. */
export function keptName(name: string): string {
  return `ronde-app:${name}`;
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser can store nothing'));
  });
}

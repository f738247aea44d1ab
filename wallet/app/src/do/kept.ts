import type { Kept, KeptReceipt } from '../model.js';
import type { KeptStore } from './env.js';

const TABLE = 'kept';
const KEY = 'all';
const RECEIPTS = 'receipts';
/** The second version has a table of receipts: each by itself, so that nothing is written twice. */
const VERSION = 2;

/** Keeps what the app knows beside the wallet in a database of its own. */
export async function openKept(name: string, factory: IDBFactory = indexedDB): Promise<KeptStore> {
  const opening = factory.open(keptName(name), VERSION);
  opening.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) opening.result.createObjectStore(TABLE);
    opening.result.createObjectStore(RECEIPTS);
  };
  const database = await result(opening);
  database.onversionchange = () => database.close();
  const write = (table: string, change: (store: IDBObjectStore) => unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(table, 'readwrite', { durability: 'strict' });
      change(transaction.objectStore(table));
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser stored nothing'));
    });
  return {
    load: async () => {
      const read = await result(database.transaction(TABLE, 'readonly').objectStore(TABLE).get(KEY));
      const { confirmed, notes, waiting } = (read ?? {}) as Partial<Kept>;
      return { confirmed: confirmed === true, notes: notes ?? {}, waiting: waiting ?? [] };
    },
    save: (kept) => write(TABLE, (store) => store.put(kept, KEY)),
    receipts: () =>
      result(database.transaction(RECEIPTS, 'readonly').objectStore(RECEIPTS).getAll() as IDBRequest<KeptReceipt[]>),
    keepReceipt: (receipt) => write(RECEIPTS, (store) => store.put(receipt, receipt.name)),
    dropReceipt: (name) => write(RECEIPTS, (store) => store.delete(name)),
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

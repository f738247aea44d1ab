/** A wallet's storage in a browser. */

import { type StoredRecord, StorageError, type WalletStorage, inUse } from './storage.js';

/**
 * What of IndexedDB's factory is used: `indexedDB`, or what stands in for it. It is named here so that programs for Node
 * can be compiled without the types of browsers.
 */
export interface DatabaseFactory {
  open(name: string, version?: number): unknown;
}

const TABLE = 'wallet';
const KEY = 'record';

/**
 * Keeps a wallet in IndexedDB. Several tabs may have it open: of two that write, the second is refused with
 * `wallet-in-use` and has to load anew.
 *
 * A browser may throw a site's data away when room is scarce; ask for `navigator.storage.persist()`, and show the owner
 * the 24 words.
 */
export class IndexedDbStorage implements WalletStorage {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  /** Opens the wallet of this name, or makes room for it. */
  static async open(name: string, factory: DatabaseFactory = indexedDB): Promise<IndexedDbStorage> {
    const opening = factory.open(`ronde-wallet:${name}`, 1) as IDBOpenDBRequest;
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(TABLE);
    };
    return new IndexedDbStorage(await result(opening));
  }

  async load(): Promise<StoredRecord | undefined> {
    const transaction = this.#database.transaction(TABLE, 'readonly');
    return checked(await result(transaction.objectStore(TABLE).get(KEY)));
  }

  async save(record: StoredRecord): Promise<void> {
    const transaction = this.#database.transaction(TABLE, 'readwrite', { durability: 'strict' });
    const done = finished(transaction);
    const table = transaction.objectStore(TABLE);
    let refused: StorageError | undefined;
    const reading = table.get(KEY);
    reading.onsuccess = () => {
      const held = checked(reading.result)?.revision ?? 0;
      if (record.revision === held + 1) table.put({ revision: record.revision, bytes: record.bytes.slice() }, KEY);
      else refused = inUse(held, record.revision);
    };
    await done;
    if (refused !== undefined) throw refused;
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}

function checked(value: unknown): StoredRecord | undefined {
  if (value === undefined) return undefined;
  const { revision, bytes } = value as Partial<StoredRecord>;
  if (typeof revision !== 'number' || !ArrayBuffer.isView(bytes)) {
    throw new StorageError('record-unreadable', 'the browser keeps something else under this name');
  }
  return { revision, bytes };
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failed(request.error));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(failed(transaction.error));
    transaction.onabort = () => reject(failed(transaction.error));
  });
}

function failed(cause: unknown): StorageError {
  return new StorageError('storage-failed', 'the browser could not store or read the wallet', { cause });
}

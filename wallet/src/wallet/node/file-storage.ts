/** A wallet's storage in a folder. */

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inUse, packRecord, StorageError, unpackRecord } from '../storage.js';
import type { StoredRecord, WalletStorage } from '../storage.js';
import { FileLock } from './file-lock.js';

/**
 * Keeps a wallet in a folder of its own: one file, readable by its owner alone, and a lock. Each save writes a new
 * file, flushes it to the disk, and only then puts it in the place of the old one.
 */
export class FileStorage implements WalletStorage {
  readonly #folder: string;
  readonly #lock: FileLock;
  #revision: number | undefined;

  private constructor(folder: string, lock: FileLock) {
    this.#folder = folder;
    this.#lock = lock;
  }

  /**
   * Opens the folder, and makes it if there is none.
   *
   * @throws StorageError `wallet-in-use` if another process has it open.
   */
  static async open(folder: string): Promise<FileStorage> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return new FileStorage(folder, await FileLock.take(join(folder, 'lock')));
    } catch (cause) {
      throw failed(cause, 'open');
    }
  }

  async load(): Promise<StoredRecord | undefined> {
    let packed: Uint8Array;
    try {
      packed = await readFile(join(this.#folder, 'wallet'));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw failed(cause, 'read');
      this.#revision = 0;
      return undefined;
    }
    const record = unpackRecord(packed);
    this.#revision = record.revision;
    return record;
  }

  async save(record: StoredRecord): Promise<void> {
    const held = this.#revision ?? (await this.load())?.revision ?? 0;
    if (record.revision !== held + 1) throw inUse(held, record.revision);
    try {
      await this.#lock.check();
      await this.#replace(packRecord(record));
    } catch (cause) {
      throw failed(cause, 'write');
    }
    this.#revision = record.revision;
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }

  async #replace(bytes: Uint8Array): Promise<void> {
    const aside = join(this.#folder, 'wallet.new');
    const file = await open(aside, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, join(this.#folder, 'wallet'));
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } catch (error) {
      // Windows can't flush a folder; its rename is durable by itself.
      if (process.platform !== 'win32') throw error;
    } finally {
      await folder.close();
    }
  }
}

function failed(cause: unknown, what: string): StorageError {
  if (cause instanceof StorageError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new StorageError('storage-failed', `the wallet's folder does not ${what}: ${code}`, { cause });
}

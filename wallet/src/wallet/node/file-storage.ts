/** A wallet's storage in a folder. */

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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
  /** Set when it can't be told any more what a power failure would leave. */
  #unknown: StorageError | undefined;

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
      await makeFolder(resolve(folder));
      return new FileStorage(folder, await FileLock.take(join(folder, 'lock')));
    } catch (cause) {
      throw failed(cause, 'open');
    }
  }

  async load(): Promise<StoredRecord | undefined> {
    if (this.#unknown !== undefined) throw this.#unknown;
    const packed = await this.#read();
    if (packed === undefined) return undefined;
    try {
      return unpackRecord(packed);
    } finally {
      packed.fill(0);
    }
  }

  async save(record: StoredRecord): Promise<void> {
    if (this.#unknown !== undefined) throw this.#unknown;
    const packed = packRecord(record);
    try {
      await this.#lock.check();
      // The disk is asked, and not memory: who broke the lock may have written and gone.
      const held = (await this.load())?.revision ?? 0;
      if (record.revision !== held + 1) throw inUse(held, record.revision);
      await this.#replace(packed);
    } catch (cause) {
      throw failed(cause, 'write');
    } finally {
      packed.fill(0);
    }
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder, 'wallet'));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failed(cause, 'read');
    }
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
    try {
      await flushFolder(this.#folder);
    } catch (cause) {
      // The new record is there, but may be the old one again after a power failure: neither may be built on.
      const what = 'it is not known whether the last step was written';
      this.#unknown = new StorageError('storage-unknown', what, { cause });
      throw this.#unknown;
    }
  }
}

/** Makes a folder; each that is new survives a power failure by its name in the one above. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await flushFolder(dirname(made));
}

async function flushFolder(path: string): Promise<void> {
  // Windows can't flush a folder; its rename is durable by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function failed(cause: unknown, what: string): StorageError {
  if (cause instanceof StorageError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new StorageError('storage-failed', `the wallet's folder does not ${what}: ${code}`, { cause });
}

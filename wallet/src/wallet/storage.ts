/**
 * Where a wallet keeps what it must not lose.
 *
 * A wallet is one record of bytes with a revision. An implementation may encrypt the bytes; it must not change their
 * meaning. A wallet's record holds its seed: whoever reads it can spend its coins.
 */

import { RondeError } from '../crypto/index.js';

/** What is stored: a wallet's bytes, and how often they were written. */
export interface StoredRecord {
  /** 1 for the first record, one more with each. */
  readonly revision: number;
  readonly bytes: Uint8Array;
}

/** A place that keeps one wallet. */
export interface WalletStorage {
  /** The last record that was saved, or nothing if there never was one. */
  load(): Promise<StoredRecord | undefined>;

  /**
   * Saves a record in the place of the one before it. When the promise resolves, the record survives a power failure
   * (WALLET-1 rests on it). A record is whole or not there at all.
   *
   * @throws StorageError `wallet-in-use` if the stored revision is not `record.revision - 1`: somebody else wrote;
   *   `storage-unknown` if it can't be told whether a power failure would leave this record or the one before. Then
   *   the storage refuses everything until it is opened anew.
   */
  save(record: StoredRecord): Promise<void>;

  /** Gives the place free for others. */
  close(): Promise<void>;
}

/** Why storage failed. */
export type StorageErrorCode = 'wallet-in-use' | 'storage-failed' | 'storage-unknown' | 'record-unreadable';

const FIXES: Record<StorageErrorCode, string> = {
  'wallet-in-use': 'Close the other program or tab that uses this wallet, and start again.',
  'storage-failed': 'Make room or mend the storage, open the wallet again, and resume what is open.',
  'storage-unknown': 'Mend the storage, open the wallet anew, and resume what is open then.',
  'record-unreadable': 'Restore the wallet from its 24 words, with the next device number.',
};

/** A storage that can't do what it was asked. `what` says whether an order was sent before. */
export class StorageError extends RondeError<StorageErrorCode> {
  /** What happened. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;

  constructor(code: StorageErrorCode, what: string, options: ErrorOptions = {}) {
    super(code, what, { fault: 'nobody', retryable: code === 'storage-failed' });
    this.what = what;
    this.fix = FIXES[code];
    if (options.cause !== undefined) this.cause = options.cause;
  }
}

/** A storage in memory, for tests and for wallets that are thrown away. Nothing in it survives the process. */
export class MemoryStorage implements WalletStorage {
  #record: StoredRecord | undefined;

  load(): Promise<StoredRecord | undefined> {
    return Promise.resolve(this.#record && { revision: this.#record.revision, bytes: this.#record.bytes.slice() });
  }

  save(record: StoredRecord): Promise<void> {
    const held = this.#record?.revision ?? 0;
    if (record.revision !== held + 1) return Promise.reject(inUse(held, record.revision));
    this.#record = { revision: record.revision, bytes: record.bytes.slice() };
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The error of two writers on one record. */
export function inUse(stored: number, wanted: number): StorageError {
  return new StorageError('wallet-in-use', `revision ${wanted} can't follow revision ${stored}: somebody else wrote`);
}

const HEADER = 8;

/** A record as the bytes of one file: the revision (u64, little endian), and then the wallet's bytes. */
export function packRecord(record: StoredRecord): Uint8Array {
  const packed = new Uint8Array(HEADER + record.bytes.length);
  new DataView(packed.buffer).setBigUint64(0, BigInt(record.revision), true);
  packed.set(record.bytes, HEADER);
  return packed;
}

/** Reads what {@link packRecord} wrote. */
export function unpackRecord(packed: Uint8Array): StoredRecord {
  if (packed.length < HEADER) throw new StorageError('record-unreadable', 'the wallet file is too short');
  const revision = Number(new DataView(packed.buffer, packed.byteOffset, HEADER).getBigUint64(0, true));
  // A copy, and no view: a Buffer's slice would be one.
  return { revision, bytes: new Uint8Array(packed.subarray(HEADER)) };
}

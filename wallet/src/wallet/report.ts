import type { RondeError } from '../crypto/index.js';
import type { Surroundings } from './core.js';
import type { OrderProgress } from './drive.js';
import type { SearchProgress, SearchResult } from './search.js';
import type { Wallet } from './wallet.js';

/** What came of something that was asked. */
export interface Report {
  /** *done*; *arriving*: certified, but something is missing; *pending*: not decided, resume later. */
  readonly state: OrderProgress;
  /** The order's digest; none if the store has not shown it yet. */
  readonly order?: string;
  readonly keyset: number;
  /** What it is about, in points. */
  readonly points: bigint;
  /** Points that can be spent now. */
  readonly balance: bigint;
  /** Of a payment that bought nothing because it came too late: what becomes of its points. */
  readonly late?: LatePayment;
}

/**
 * A payment that came too late for its checkout. *pending*: its points are on their way back; *back*: they came back;
 * *by-hand*: the store owes them and pays them by hand; *elsewhere*: another wallet of the same words has them.
 */
export interface LatePayment {
  /** The payment's digest. */
  readonly payment: string;
  readonly state: 'pending' | 'back' | 'by-hand' | 'elsewhere';
  readonly points: bigint;
}

/** What became of an open order that was resumed. */
export interface Resumed {
  readonly order?: string;
  readonly state: OrderProgress | 'dead' | 'withdrawn';
  /** Why it is not done, if it is known. */
  readonly error?: RondeError;
}

/** What a recovery brought. */
export interface Recovery {
  /** Points of the coins that came back. Each was exchanged, or is when stores answer; one that was spent goes again. */
  readonly points: bigint;
  /** Points that can be spent now. */
  readonly balance: bigint;
  /** Another wallet had this device number. */
  readonly behind: boolean;
}

/** What a new wallet needs. */
export interface NewWallet extends Surroundings {
  /** A store's HTTP address. */
  readonly node: string;
  /** The federation's id in hexadecimal; without it the node's word is taken. */
  readonly federation?: string;
  /** Restores: the seed of the 24 words, from `readWords`; it is copied. Without it there is a new seed. */
  readonly seed?: Uint8Array;
  /** The device number: larger than any that was used with these words (RESTORE-1). Only a new seed has one: 0. */
  readonly device?: number;
}

/** What a search needs to know of its caller. */
export interface SearchOptions {
  /** Called before each question. */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** What a wallet needs that is restored: its words, and no device number, since the search finds one (RESTORE-23). */
export interface RestoredFrom extends NewWallet, SearchOptions {
  readonly seed: Uint8Array;
  readonly device?: never;
}

/** A wallet that was restored, and what its search brought. */
export interface Restored extends SearchResult {
  readonly wallet: Wallet;
}

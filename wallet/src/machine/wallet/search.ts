import { SEARCH_GAP } from '../../message/limits.js';
import type { Charter } from '../../message/charter-chain.js';
import type { Keyset } from '../../message/keyset.js';
import type { Coin, WalletState } from './state.js';

/**
 * The state of a wallet that begins a search: all its coins are unproven, whatever a probe has found before (RESTORE-34),
 * and nothing is signed until it has ended.
 */
export function startSearch(state: WalletState): WalletState {
  const coins = state.coins.map(({ unbound, ...coin }): Coin => {
    void unbound;
    return { ...coin, unproven: true };
  });
  return { ...state, coins, searching: true };
}

/** The state after a search: a device that nobody had, and its first order numbers (RESTORE-23). */
export function endSearch({ searching, ...state }: WalletState, device: number): WalletState {
  void searching;
  return { ...state, device, numbers: new Map() };
}

/** An order number of a keyset that was not asked for yet. */
export interface OpenNumber {
  readonly keyset: number;
  readonly number: number;
}

/** The keysets that are searched: those of which evaluations are served still, by increasing id. */
export function searchedKeysets(charter: Charter, now: bigint): Keyset[] {
  return charter.keysets
    .filter(({ evaluateUntil }) => now <= evaluateUntil)
    .sort((a, b) => a.id - b.id);
}

/** Devices without anything in a row, after which a search ends. */
const EMPTY_DEVICES = 2;

/**
 * Where a search stands: Search, steps 2 to 4, of chapter 20 (RESTORE-17, RESTORE-23). It asks for nothing and knows no
 * chance: whoever drives it draws one of the open numbers, asks, and says whether an order was found.
 */
export class Search {
  readonly #own: number;
  readonly #keysets: readonly number[];
  #asked = new Map<number, Set<number>>();
  #largest = new Map<number, number>();
  #device = 0;
  #empty = 0;
  #done = false;

  /** `device` is the wallet's own index; `keysets` those that are still evaluated. */
  constructor(device: number, keysets: readonly number[]) {
    this.#own = device;
    this.#keysets = keysets;
  }

  /** The device that is searched; at the end the one that the wallet takes. */
  get device(): number {
    return this.#device;
  }

  /** Whether the search has ended. One without keysets does not. */
  get done(): boolean {
    return this.#done;
  }

  /** The numbers that are to be asked for on this device, by keyset and number. */
  open(): OpenNumber[] {
    if (this.#done) return [];
    return this.#keysets.flatMap((keyset) => {
      const asked = this.#asked.get(keyset);
      const end = (this.#largest.get(keyset) ?? -1) + SEARCH_GAP + 1;
      const numbers = Array.from({ length: end }, (_, number) => number);
      return numbers.filter((number) => asked?.has(number) !== true).map((number) => ({ keyset, number }));
    });
  }

  /** Takes an answer for an open number. Once none is open, the next device follows, or the end. */
  answered({ keyset, number }: OpenNumber, found: boolean): void {
    if (this.#done) return;
    this.#asked.set(keyset, (this.#asked.get(keyset) ?? new Set()).add(number));
    if (found) this.#largest.set(keyset, Math.max(number, this.#largest.get(keyset) ?? -1));
    if (this.open().length === 0) this.#endDevice();
  }

  #endDevice(): void {
    this.#empty = this.#largest.size === 0 ? this.#empty + 1 : 0;
    if (this.#empty >= EMPTY_DEVICES && this.#device > this.#own) {
      this.#done = true;
      return;
    }
    this.#device += 1;
    this.#asked = new Map();
    this.#largest = new Map();
  }
}

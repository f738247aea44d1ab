import { wipe } from '../crypto/index.js';
import type { Charter } from '../message/charter-chain.js';
import { CoinSecrets } from '../machine/wallet/secrets.js';
import { readWallet, saveWallet } from '../machine/wallet/saved.js';
import type { SavedWallet } from '../machine/wallet/saved.js';
import type { Opened, WalletContext } from '../machine/wallet/spend.js';
import type { OpenOrder, WalletState } from '../machine/wallet/state.js';
import { WalletError } from '../machine/wallet/error.js';
import { agree, fetchChain, readChain, shuffled, storeAddresses, writeChain } from './charters.js';
import type { Chain } from './charters.js';
import type { Fetch } from './http.js';
import type { WalletStorage } from './storage.js';
import { StoreClient } from './store-client.js';

/** Something the owner should know. The wallet goes on. */
export interface Warning {
  readonly code: 'charters-differ' | 'shared-device' | 'bad-proof' | 'unproven';
  readonly what: string;
}

/** What a wallet gets from outside: where it lives, how it speaks, what time it is. */
export interface Surroundings {
  readonly storage: WalletStorage;
  /** How requests are sent; the platform's `fetch` if nothing is said. */
  readonly fetch?: Fetch;
  /** Fresh random bytes; the platform's generator if nothing is said. */
  readonly random?: (length: number) => Uint8Array;
  /** Seconds since 1970; the platform's clock if nothing is said. */
  readonly now?: () => bigint;
  /** Go through this node: it is asked before the stores of the charter. */
  readonly via?: string;
  /** Called when an order or claim is durable, and before the first byte of it leaves. */
  readonly onSaved?: (order: { readonly digest?: string; readonly purpose: string }) => void;
  /** Called when there is something that the owner should know. */
  readonly onWarning?: (warning: Warning) => void;
}

const CHARTER_AGE = 3600n;

/**
 * The wallet while it is open: its saved bytes, what was decoded of them, and the one way in which they change:
 * {@link step} saves the next state before anybody can see it.
 */
export class Core {
  readonly client: StoreClient;
  readonly random: (length: number) => Uint8Array;
  readonly now: () => bigint;
  #saved: SavedWallet;
  #chain: Chain;
  #revision: number;
  #secrets: CoinSecrets;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly surroundings: Surroundings,
    saved: SavedWallet,
    chain: Chain,
    revision: number,
  ) {
    this.client = new StoreClient(surroundings.fetch);
    this.random = surroundings.random ?? platformRandom;
    this.now = surroundings.now ?? platformNow;
    this.#saved = saved;
    this.#chain = chain;
    this.#revision = revision;
    this.#secrets = CoinSecrets.of(saved.seed, saved.federation);
  }

  /** Saves a new wallet, and opens it. */
  static async create(surroundings: Surroundings, saved: SavedWallet, chain: Chain): Promise<Core> {
    const core = new Core(surroundings, { ...saved, charters: writeChain(chain) }, chain, 0);
    await core.#save(core.#saved);
    return core;
  }

  /** Opens the wallet that is stored; `no-wallet` if there is none. */
  static async open(surroundings: Surroundings): Promise<Core> {
    const record = await surroundings.storage.load();
    if (record === undefined) throw new WalletError('no-wallet', 'nothing is stored here');
    const saved = readWallet(record.bytes);
    return new Core(surroundings, saved, readChain(saved.federation, saved.charters), record.revision);
  }

  get state(): WalletState {
    return this.#saved.state;
  }

  get charter(): Charter {
    return this.#chain.charter;
  }

  get context(): WalletContext {
    return { secrets: this.#secrets, charter: this.#chain.charter };
  }

  /** The wallet's own seed, for its words. Wipe the copy. */
  seed(): Uint8Array {
    return this.#saved.seed.slice();
  }

  /**
   * One step: takes the state, gives the next and something for the caller. Steps follow one another; the next state is
   * durable before it counts (WALLET-1). A step that throws, or can't be saved, changes nothing.
   */
  step<T extends { readonly state: WalletState }>(next: (state: WalletState) => T): Promise<T> {
    const run = async (): Promise<T> => {
      const result = next(this.state);
      if (result.state !== this.state) await this.#save({ ...this.#saved, state: result.state });
      return result;
    };
    return this.#queue(run);
  }

  /** A step that opens an order. */
  async open(next: (state: WalletState) => Opened): Promise<OpenOrder> {
    const { order } = await this.step(next);
    const digest = order.digest === undefined ? {} : { digest: order.digest };
    this.surroundings.onSaved?.({ ...digest, purpose: order.about.type });
    return order;
  }

  warn(warning: Warning): void {
    this.surroundings.onWarning?.(warning);
  }

  /** Asks two stores for newer charters if it was not done within the hour, or if it is wanted now. */
  async refreshCharter(wanted = false): Promise<void> {
    const now = this.now();
    const age = now - this.#saved.checked;
    if (!wanted && age >= 0n && age < CHARTER_AGE) return;
    const stores = shuffled(storeAddresses(this.charter), this.random).map(({ bases }) => bases[0] as string);
    let answered = 0;
    for (const base of stores.slice(0, 8)) {
      if (answered === 2) break;
      const shown = await this.#shownBy(base);
      if (shown === undefined) continue;
      answered += 1;
      await this.#takeChain(shown, now);
    }
  }

  /** Gives storage back and overwrites the secrets. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    this.#secrets.wipe();
    wipe(this.#saved.seed);
    await this.surroundings.storage.close();
  }

  async #shownBy(base: string): Promise<Chain | undefined> {
    try {
      return await fetchChain(this.client, base, this.#saved.federation);
    } catch {
      return undefined;
    }
  }

  /** Takes a chain that goes on from the one held, and no other (WALLET-7). */
  async #takeChain(shown: Chain, now: bigint): Promise<void> {
    await this.#queue(async () => {
      if (!agree(this.#chain, shown)) {
        this.warn({ code: 'charters-differ', what: 'a store shows a charter that does not follow the one held' });
        return;
      }
      const longer = shown.versions.length > this.#chain.versions.length ? shown : this.#chain;
      await this.#save({ ...this.#saved, charters: writeChain(longer), checked: now });
      this.#chain = longer;
    });
  }

  async #save(saved: SavedWallet): Promise<void> {
    await this.surroundings.storage.save({ revision: this.#revision + 1, bytes: saveWallet(saved) });
    this.#revision += 1;
    this.#saved = saved;
  }

  #queue<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Random bytes of the platform. */
export function platformRandom(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}

/** Seconds since 1970, by the platform's clock. */
export function platformNow(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}

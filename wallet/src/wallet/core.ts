import { wipe } from '../crypto/index.js';
import type { Charter } from '../message/charter-chain.js';
import type { GrantTerms } from '../machine/wallet/state.js';
import { CoinSecrets } from '../machine/wallet/secrets.js';
import { readWallet, saveWallet } from '../machine/wallet/saved.js';
import type { SavedWallet } from '../machine/wallet/saved.js';
import type { WalletContext } from '../machine/wallet/spend.js';
import type { OpenOrder, WalletState } from '../machine/wallet/state.js';
import { WalletError } from '../machine/wallet/error.js';
import { agree, fetchChain, readChain, shuffled, storeAddresses, writeChain } from './charters.js';
import type { Chain } from './charters.js';
import type { Fetch } from './http.js';
import { StorageError } from './storage.js';
import type { WalletStorage } from './storage.js';
import { StoreClient } from './store-client.js';

/** Something the owner should know. The wallet goes on. */
export interface Warning {
  readonly code:
    | 'charters-differ'
    | 'shared-device'
    | 'bad-proof'
    | 'unproven'
    | 'not-compared'
    | 'one-store'
    | 'other-refund'
    | 'refund-by-hand'
    | 'wrong-clock'
    | 'receipt-lost';
  readonly what: string;
}

/** A receipt that came with a grant or a basket. */
export interface Receipt {
  /** The name of the grant or basket, as the history and `@ronde/wallet/basket` have it. */
  readonly name: string;
  /** The store by its number in the charter. */
  readonly store: number;
  readonly text: string;
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
  /** The wallet is opened to pay: until it has paid, it asks for no component that it can do without (WALLET-32). */
  readonly toPay?: boolean;
  /**
   * Keeps a receipt, on this device alone. When it resolves, the text is durable: the store deletes its own then. Without it no
   * receipts are kept.
   */
  readonly onReceipt?: (receipt: Receipt) => Promise<void>;
  /** Asked before the wallet claims by itself what a basket earned; always, if nothing is said. */
  readonly mayClaim?: (terms: GrantTerms) => boolean;
  /** Called when an order or claim is durable, and before the first byte of it leaves. */
  readonly onSaved?: (order: { readonly digest?: string; readonly purpose: string }) => void;
  /** Called when there is something that the owner should know. */
  readonly onWarning?: (warning: Warning) => void;
}

const CHARTER_AGE = 3600n;
/** After nothing newer was to be had, stores are left alone for so long; if a newer charter is wanted, for a minute. */
const RETRY_AGE = 600n;
const WANTED_AGE = 60n;
/** How many stores are asked for charters at the same time, how often, and how long each time. */
const ASKED = 2;
const ROUNDS = 3;
const ROUND_MILLIS = 8_000;

/**
 * The wallet while it is open: its saved bytes, what was decoded of them, and the one way in which they change:
 * {@link step} saves the next state before anybody can see it.
 */
export class Core {
  readonly client: StoreClient;
  readonly random: (length: number) => Uint8Array;
  readonly now: () => bigint;
  /** Whether the wallet was opened to pay, and has not paid yet. */
  isToPay: boolean;
  #saved: SavedWallet;
  #chain: Chain;
  #revision: number;
  #secrets: CoinSecrets;
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  /** When stores were last asked for charters by this process, and whether any answered. */
  #tried: { readonly at: bigint; readonly answered: boolean } | undefined;

  private constructor(
    readonly surroundings: Surroundings,
    saved: SavedWallet,
    chain: Chain,
    revision: number,
  ) {
    this.client = new StoreClient(surroundings.fetch);
    this.random = surroundings.random ?? platformRandom;
    this.now = surroundings.now ?? platformNow;
    this.isToPay = surroundings.toPay === true;
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

  /** All versions of the charter. */
  get chain(): Chain {
    return this.#chain;
  }

  get context(): WalletContext {
    return { secrets: this.#secrets, charter: this.#chain.charter };
  }

  /** The wallet's own seed, for its words. Wipe the copy. */
  seed(): Uint8Array {
    this.alive();
    return this.#saved.seed.slice();
  }

  /** Throws `closed` once the wallet was closed: nothing is sent, signed or saved after that. */
  alive(): void {
    if (this.#closing !== undefined) throw new WalletError('closed', 'the wallet was closed');
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

  /** A step that opens an order, or finds that none is to be opened. */
  async open<T extends OpenOrder | undefined>(
    next: (state: WalletState) => { readonly state: WalletState; readonly order: T },
  ): Promise<T> {
    const { order } = await this.step(next).catch((error: unknown) => {
      throw saying(error, 'nothing was sent');
    });
    if (order !== undefined) this.announce(order);
    return order;
  }

  /** Says that an order is durable and about to leave. */
  announce({ digest, about }: OpenOrder): void {
    this.surroundings.onSaved?.({ ...(digest === undefined ? {} : { digest }), purpose: about.type });
  }

  warn(warning: Warning): void {
    this.surroundings.onWarning?.(warning);
  }

  /** Asks two stores for newer charters if it was not done within the hour, or if it is wanted now. */
  async refreshCharter(wanted = false): Promise<void> {
    this.alive();
    const now = this.now();
    const isRecent = (at: bigint, age: bigint) => now >= at && now - at < age;
    if (!wanted && isRecent(this.#saved.checked, CHARTER_AGE)) return;
    const tried = this.#tried;
    if (tried !== undefined && !wanted && isRecent(tried.at, RETRY_AGE)) return;
    if (tried !== undefined && !tried.answered && isRecent(tried.at, WANTED_AGE)) return;
    this.#refreshing ??= this.#refresh(now).finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  /** Ends each later step with `closed`, lets the one that runs end, overwrites the secrets, and gives storage back. */
  close(): Promise<void> {
    this.#closing ??= this.#last.then(async () => {
      this.#secrets.wipe();
      wipe(this.#saved.seed);
      await this.surroundings.storage.close();
    });
    return this.#closing;
  }

  /** Asks some stores at the same time, and others if fewer than two answer; all of it in a bounded time. */
  async #refresh(now: bigint): Promise<void> {
    const stores = shuffled(storeAddresses(this.charter), this.random).map(({ bases }) => bases[0] as string);
    let answered = 0;
    for (let round = 0; round < ROUNDS && answered < ASKED && stores.length > 0; round += 1) {
      const shown = await Promise.all(stores.splice(0, ASKED - answered).map((base) => this.#shownBy(base)));
      for (const chain of shown) {
        if (chain === undefined) continue;
        answered += 1;
        await this.#takeChain(chain, now);
      }
    }
    this.#tried = { at: now, answered: answered > 0 };
  }

  /** What a store shows, if it does so in time. */
  async #shownBy(base: string): Promise<Chain | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, ROUND_MILLIS, undefined)));
    const shown = fetchChain(this.client, base, this.#saved.federation, this.#chain).catch(() => undefined);
    try {
      return await Promise.race([shown, late]);
    } finally {
      clearTimeout(timer);
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
    const result = this.#last.then(() => {
      this.alive();
      return run();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** The same failure of storage, and what it means for an order; anything else as it is. */
export function saying(error: unknown, what: string): unknown {
  if (!(error instanceof StorageError)) return error;
  return new StorageError(error.code, `${error.what}; ${what}`, { cause: error });
}

/** Random bytes of the platform. */
export function platformRandom(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}

/** Seconds since 1970, by the platform's clock. */
export function platformNow(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}

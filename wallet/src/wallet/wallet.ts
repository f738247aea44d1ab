import { RondeError, toHex, writeWords } from '../crypto/index.js';
import type { WordList } from '../crypto/index.js';
import type { SignedOffer } from '../message/order.js';
import { forgetClosed } from '../machine/wallet/answer.js';
import { balanceOf } from '../machine/wallet/balance.js';
import type { Balance } from '../machine/wallet/balance.js';
import { startClaim } from '../machine/wallet/claim.js';
import { keysetViews } from '../machine/wallet/ending.js';
import type { KeysetView } from '../machine/wallet/ending.js';
import { WalletError } from '../machine/wallet/error.js';
import { readCheckoutLink, readGrantLink } from '../machine/wallet/link.js';
import { goesOn, isSpendable } from '../machine/wallet/missing.js';
import { dueMoves } from '../machine/wallet/move.js';
import { checkOffer, checkPayment } from '../machine/wallet/payment.js';
import { startPayment } from '../machine/wallet/spend.js';
import type { Opened, WalletContext } from '../machine/wallet/spend.js';
import { emptyState, openPayment, recordOf } from '../machine/wallet/state.js';
import type { GrantTerms, HistoryRecord, OpenOrder, VoucherCount, WalletState } from '../machine/wallet/state.js';
import type { StoreLink } from '../machine/wallet/link.js';
import type { SwapMode } from '../machine/wallet/swap.js';
import { Core } from './core.js';
import type { Surroundings } from './core.js';
import { drive, isFatal, TELL_FIRST } from './drive.js';
import type { Driving } from './drive.js';
import { ProblemError } from './http-error.js';
import { isPaid, knowsGrant } from './known.js';
import { readLink } from './read-link.js';
import type { Refunds } from './refunds.js';
import type { LatePayment, NewWallet, Recovery, Report, Restored, RestoredFrom, Resumed, SearchOptions } from './report.js';
import { became, evidenceIn, reportOf, stateAfter } from './reports.js';
import type { SearchResult } from './search.js';

/** Writes and signs an order; `entropy` is 32 fresh secret bytes. */
type Start = (context: WalletContext, state: WalletState, now: bigint, entropy: Uint8Array) => Opened;

/** A customer's wallet. What it does is durable before anybody else sees it; what breaks off is resumed. */
export class Wallet {
  readonly #core: Core;

  private constructor(core: Core) {
    this.#core = core;
  }

  /**
   * Makes a wallet: fetches the charters, checks them from the first, and compares them with what a second store shows
   * (WALLET-6).
   *
   * @throws WalletError `no-device`, `wallet-exists`, `other-federation`, `charters-differ`; CharterError; TransportError
   */
  static async create(options: NewWallet): Promise<Wallet> {
    if (options.seed !== undefined && options.device === undefined) {
      throw new WalletError('no-device', 'a wallet of words that were used before needs a device number of its own');
    }
    return Wallet.#make(options, emptyState(options.device ?? 0));
  }

  static async #make(options: NewWallet, state: WalletState): Promise<Wallet> {
    const { makeCore } = await import('./on-demand.js');
    return new Wallet(await makeCore(options, state));
  }

  /**
   * Makes a wallet again from its words, and searches for its orders. If the search does not come to its end (`complete`),
   * the wallet signs nothing until {@link search} has; what was found is kept.
   *
   * @throws what {@link create} does, but for `no-device`
   */
  static async restore(options: RestoredFrom): Promise<Restored> {
    const wallet = await Wallet.#make(options, { ...emptyState(0), searching: true });
    return { wallet, ...(await wallet.search(options)) };
  }

  /** Opens the wallet of a storage; WalletError `no-wallet` if there is none. */
  static async open(surroundings: Surroundings): Promise<Wallet> {
    return new Wallet(await Core.open(surroundings));
  }

  /**
   * What is behind a wallet, for the functions of `@ronde/wallet/view` alone.
   *
   * @internal
   */
  static inside(wallet: Wallet): Core {
    return wallet.#core;
  }

  /** The federation's id, in hexadecimal. */
  get federation(): string {
    return toHex(this.#core.charter.federation);
  }

  /** This wallet's device number. */
  get device(): number {
    return this.#core.state.device;
  }

  /** Whether a search was begun and has not ended: until then nothing is signed or claimed (RESTORE-30). */
  get searching(): boolean {
    return this.#core.state.searching === true;
  }

  /**
   * Searches for the orders of this wallet's words, takes what is found, and a device number that nobody had: after a
   * restore that broke off, and whenever the stored wallet may be older than what was done with it, such as a backup.
   */
  async search({ onProgress }: SearchOptions = {}): Promise<SearchResult> {
    const { search } = await import('./on-demand.js');
    const result = await search(this.#core, onProgress ?? (() => undefined));
    await this.#askDue();
    return result;
  }

  /** The 24 words from which the wallet can be made again, of a list. Whoever has them can spend its coins. */
  words(list: WordList): string[] {
    const seed = this.#core.seed();
    try {
      return writeWords(seed, list).split(' ');
    } finally {
      seed.fill(0);
    }
  }

  /** What a grant gives, and the name of its store as the charter has it. Nothing is claimed. */
  async readGrant(link: string): Promise<{ readonly store: string; readonly terms: GrantTerms }> {
    const { store, terms } = await this.#grant(link);
    return { store: this.#core.charter.store(store)?.name ?? '', terms };
  }

  /** Claims a grant. */
  async claim(link: string): Promise<Report> {
    const { terms, gone, ...grant } = await this.#grant(link);
    const core = this.#core;
    if (gone !== undefined && !knowsGrant(core.state, grant.base, grant.id)) throw gone;
    const random = core.random(16);
    const open = await core.open((state) => startClaim(core.context, state, grant, terms, core.now(), random));
    return this.#finish(open);
  }

  /** What a till asks for, and the name of its store as the charter has it (WALLET-22). Nothing is paid. */
  async readCheckout(link: string): Promise<{ readonly store: string; readonly max: bigint; readonly step: bigint }> {
    const at = await this.#checkout(link);
    const signed = await this.#offer(at);
    const { store, max, step } = checkOffer(this.#core.charter, at, signed, this.#core.now());
    return { store: this.#core.charter.store(store)?.name ?? '', max, step };
  }

  /** Pays a checkout, in points and vouchers. If a payment for it is open, that one is completed. */
  async pay(link: string, points: bigint, vouchers: readonly VoucherCount[] = []): Promise<Report> {
    const at = await this.#checkout(link);
    return this.#payAt(at, points, vouchers, () => this.#offer(at));
  }

  /**
   * Pays what a basket's offer asks for, for `@ronde/wallet/basket` alone.
   *
   * @internal
   */
  static payAt(
    wallet: Wallet,
    at: StoreLink,
    points: bigint,
    vouchers: readonly VoucherCount[],
    offer: () => Promise<SignedOffer>,
  ): Promise<Report> {
    return wallet.#payAt(at, points, vouchers, offer);
  }

  async #payAt(
    at: StoreLink,
    points: bigint,
    vouchers: readonly VoucherCount[],
    offer: () => Promise<SignedOffer>,
  ): Promise<Report> {
    const core = this.#core;
    // Before the store is asked: it shows no offer any more that was taken.
    const held = openPayment(core.state, at.store, at.id);
    if (held !== undefined && held.certificate === undefined) return this.#paid(this.#finish(held, 'again'));
    if (held !== undefined || isPaid(core.state, at)) {
      throw new WalletError('already-paid', 'this checkout was paid by this wallet');
    }
    const signed = await offer();
    const report = this.#spend((context, state, now, entropy) => {
      const payment = checkPayment(context.charter, state, at, signed, { points, vouchers }, now);
      return startPayment(context, state, payment, now, entropy);
    });
    return this.#paid(report);
  }

  /** Gives points to an association. */
  async give(association: number, points: bigint): Promise<Report> {
    const { startDonation } = await import('./on-demand.js');
    return this.#spend((context, state, ...more) => startDonation(context, state, association, points, ...more));
  }

  /** Casts a ballot for a choice, counted from 0. */
  async vote(campaign: number, choice: number): Promise<Report> {
    const { startVote } = await import('./on-demand.js');
    return this.#spend((context, state, ...more) => startVote(context, state, campaign, choice, ...more));
  }

  /** Exchanges coins, of one keyset if it is named: *merge* if there are more than needed, *renew* in any case. */
  async swap(mode: SwapMode = 'merge', keyset?: number): Promise<Report> {
    const { startSwap } = await import('./on-demand.js');
    return this.#spend((context, state, now, entropy) => startSwap(context, state, mode, now, entropy, keyset));
  }

  /**
   * Moves points into later keysets, as far as that is due (WALLET-38): each denomination by an order of its own, at a time
   * of its own. {@link resume} does it too.
   */
  async move(): Promise<Resumed[]> {
    await this.#core.refreshCharter();
    const moved = await this.#move();
    await this.#askDue();
    return moved;
  }

  async #move(): Promise<Resumed[]> {
    const core = this.#core;
    // Nothing more is loaded at each start of an app.
    if (dueMoves(core.context, core.state, core.now()).length === 0) return [];
    const { moveDue } = await import('./on-demand.js');
    return (await moveDue(core)).map(({ id, error }) => became(this.#core, id, stateAfter(this.#core, id), error));
  }

  /**
   * Goes on with everything that is open, in the bytes in which it was sent first (WALLET-3, WALLET-10), and makes the
   * moves that are due. What is missing of coins that can be spent is asked for last, and not before its time (WALLET-32).
   */
  async resume(): Promise<Resumed[]> {
    const core = this.#core;
    await core.refreshCharter();
    const open = core.state.orders.filter((each) => goesOn(core.context, core.state, each));
    const spendable = open.filter((each) => isSpendable(core.context, core.state, each));
    const resumed = await this.#resumeAll(open.filter((each) => !spendable.includes(each)));
    await core.step((state) => ({ state: forgetClosed(core.context, state, core.now()) }));
    for (const { id, error } of (await this.#refunds()).claims) resumed.push(became(this.#core, id, stateAfter(this.#core, id), error));
    await this.#baskets();
    await this.#prove();
    // A coin that moves is not completed just before (WALLET-32).
    const moved = await this.#move();
    return [...resumed, ...moved, ...(await this.#resumeAll(spendable))];
  }

  /**
   * Brings the coins of an order back from the seed. Its digest is in the history of the wallet that made it. Each point
   * coin is exchanged at once, since it may have been spent by the wallet that was lost.
   */
  async recover(digest: string, keyset: number): Promise<Recovery> {
    const core = this.#core;
    await core.refreshCharter();
    const { recoverOrder } = await import('./on-demand.js');
    const recovered = await recoverOrder(core, digest, keyset);
    await this.#askDue();
    return { ...recovered, balance: this.balance().points };
  }

  /**
   * Asks what became of a payment that a wallet of these words made which was lost, and claims what is owed (WALLET-47). One that
   * was never certified, or bought something, gives nothing; nor does one of which the store has not said so: it is asked again.
   */
  async refund(digest: string, keyset: number): Promise<LatePayment | undefined> {
    const core = this.#core;
    await core.refreshCharter();
    const { findPayment } = await import('./on-demand.js');
    await findPayment(core, digest, keyset);
    return (await this.#refunds(digest)).late[0];
  }

  /** What the wallet has. */
  balance(): Balance {
    return balanceOf(this.#core.context, this.#core.state, this.#core.now());
  }

  /** Until when the coins of each keyset can be spent, what moves on before, and what will not move (WALLET-39). */
  keysets(): KeysetView[] {
    return keysetViews(this.#core.context, this.#core.state, this.#core.now());
  }

  /** What was done, and what is open. Digest and keyset of each order are what a recovery needs. */
  history(): HistoryRecord[] {
    const { history, orders } = this.#core.state;
    const undecided = orders.filter(({ certificate }) => certificate === undefined);
    return [...history, ...undecided.map((open) => recordOf(open, 'open'))];
  }

  /** Evidence against witnesses, each the bytes of an `Evidence`. */
  evidence(): Uint8Array[] {
    return evidenceIn(this.#core.state);
  }

  /** Gives the storage back. The wallet can't be used any more. */
  close(): Promise<void> {
    return this.#core.close();
  }

  /** Only a wallet that was restored has something to prove. */
  async #prove(): Promise<void> {
    if (!this.#core.state.coins.some(({ unproven }) => unproven)) return;
    const { prove } = await import('./on-demand.js');
    await prove(this.#core);
  }

  async #grant(link: string) {
    const core = this.#core;
    const at = await readLink(core, () => readGrantLink(core.charter, link));
    const shown = await core.client.grant(at.base, at.id);
    if (shown.store !== at.store) {
      throw new WalletError('store-mismatch', `store ${at.store} shows a grant of store ${shown.store}`);
    }
    return { ...at, ...shown };
  }

  #checkout(link: string): Promise<StoreLink> {
    return readLink(this.#core, () => readCheckoutLink(this.#core.charter, link));
  }

  async #offer({ base, id }: StoreLink): Promise<SignedOffer> {
    try {
      return await this.#core.client.offer(base, id);
    } catch (error) {
      if (error instanceof ProblemError && TELL_FIRST.includes(error.code)) throw error.unsigned();
      throw error;
    }
  }

  async #spend(start: Start): Promise<Report> {
    const core = this.#core;
    await core.refreshCharter();
    const entropy = core.random(32);
    const open = await core
      .open((state) => start(core.context, state, core.now(), entropy))
      .finally(() => entropy.fill(0));
    return this.#finish(open);
  }

  /** After a payment what is missing may be asked for (WALLET-32). */
  async #paid(report: Promise<Report>): Promise<Report> {
    const paid = await report;
    this.#core.isToPay = false;
    const [late] = (await this.#refunds(paid.order)).late;
    return late === undefined ? paid : { ...paid, balance: this.balance().points, late };
  }

  /** What became of a payment, or of all that are certified (WALLET-43). What was paid is told, also if nothing is loaded. */
  async #refunds(only?: string): Promise<Refunds> {
    const none = { late: [], claims: [] };
    if (!this.#core.state.payments?.length) return none;
    const loaded = await import('./on-demand.js').catch(() => undefined);
    return loaded?.askRefunds(this.#core, only) ?? none;
  }

  /** Goes on with baskets and receipts (WALLET-48); what is loaded only for that stands in the way of nothing else. */
  async #baskets(): Promise<void> {
    const { baskets, receipts } = this.#core.state;
    if (!baskets?.length && !receipts?.length) return;
    await import('./counter.js').then(({ followBaskets }) => followBaskets(this.#core), () => undefined);
  }

  /** Sends an open order, and reports; what is due of others is asked for last. */
  async #finish(open: OpenOrder, how?: Driving): Promise<Report> {
    const state = await drive(this.#core, open.id, how);
    const report = reportOf(this.#core, open, state);
    await this.#askDue(open.id);
    return report;
  }

  /** Asks for what is due of orders that are certified, but for one that was just sent (WALLET-31). */
  async #askDue(sent?: string): Promise<void> {
    const core = this.#core;
    if (core.isToPay || !core.state.orders.some(({ certificate, id }) => certificate && id !== sent)) return;
    // What was done is told, also if nothing more can be loaded.
    await import('./on-demand.js').then(({ askDue }) => askDue(core, sent), () => undefined);
  }

  async #resumeAll(open: readonly OpenOrder[]): Promise<Resumed[]> {
    const resumed: Resumed[] = [];
    for (const { id } of open) resumed.push(await this.#resumeOne(id));
    return resumed;
  }

  async #resumeOne(id: string): Promise<Resumed> {
    let state: Resumed['state'];
    let error: RondeError | undefined;
    try {
      state = await drive(this.#core, id, 'again');
    } catch (caught) {
      if (!(caught instanceof RondeError) || isFatal(caught)) throw caught;
      error = caught;
      state = stateAfter(this.#core, id);
    }
    return became(this.#core, id, state, error);
  }
}

import { Wallet } from '../../../src/index.js';
import type { Receipt, Warning, WalletStorage } from '../../../src/index.js';
import { mostInOneOrder, viewBaskets, viewCharter, viewOpenOrders, viewUnsettled } from '../../../src/wallet/view/index.js';
import type { Patience } from '../decide/expiry.js';
import { followed } from '../decide/result.js';
import { troubleOf } from '../decide/trouble.js';
import type { Key } from '../text/en.js';
import type { Kept, KeptReceipt, Note, Screen, Snapshot, State, Tone, WaitingLink, Words } from '../model.js';
import type { Env, KeptStore } from './env.js';

/** What the library warns of, and how the app says it. What has no line here shows itself elsewhere. */
const WARNINGS: Partial<Record<Warning['code'], Key>> = {
  'charters-differ': 'banner.charters',
  'not-compared': 'banner.compared',
  'one-store': 'banner.onestore',
  'bad-proof': 'banner.evidence',
  'receipt-lost': 'banner.receipt',
  'refund-by-hand': 'banner.refund.hand',
  'other-refund': 'banner.refund.other',
  'wrong-clock': 'banner.clock',
};

const NOTHING: Kept = { confirmed: false, notes: {}, waiting: [] };

/** The app while it runs: its state, its wallet, and the one way in which the state changes. */
export class App {
  wallet: Wallet | undefined;
  storage: WalletStorage | undefined;
  #kept: KeptStore | undefined;
  #saving: Promise<void> | undefined;
  #state: State;
  #seen: (state: State) => void = () => undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(
    readonly env: Env,
    link?: string,
  ) {
    this.#state = {
      lang: env.lang,
      phase: 'loading',
      online: env.isOnline(),
      place: env.place,
      now: env.now(),
      screen: { name: 'home' },
      stored: 'unknown',
      ...(link === undefined ? {} : { link }),
      kept: NOTHING,
      receipts: [],
      newer: false,
      installable: false,
    };
  }

  get state(): State {
    return this.#state;
  }

  /** Calls back with each state from now on. */
  watch(seen: (state: State) => void): void {
    this.#seen = seen;
  }

  set(change: Partial<State>): void {
    this.#state = { ...this.#state, now: this.env.now(), ...change };
    this.#seen(this.#state);
  }

  show(screen: Screen): void {
    this.set({ screen });
  }

  /** Takes something out of the state. */
  drop(name: 'link' | 'busy' | 'notice' | 'wallet' | 'trouble'): void {
    const { [name]: _, ...rest } = this.#state;
    this.#state = rest;
    this.set({});
  }

  /** Shows how something went. */
  result(tone: Tone, title: Words, ...text: Words[]): void {
    this.show({ name: 'result', tone, title, text });
  }

  /** Shows how far something is that is not decided; what becomes of it is shown in its place. */
  pending(waitsFor: string, title: Words, ...text: Words[]): void {
    this.show({ name: 'result', tone: 'wait', title, text, waitsFor });
  }

  /** Looks at the time again when a till's patience ends. */
  lookAgain({ expiry, behind }: Patience): void {
    this.env.after(expiry - behind - this.env.now(), () => this.set({}));
  }

  fail(error: unknown): void {
    this.result('bad', { key: 'trouble.title' }, troubleOf(error));
  }

  /** The wallet that is open. What needs one is offered only while there is one. */
  get open(): Wallet {
    if (this.wallet === undefined) throw new Error('no wallet is open');
    return this.wallet;
  }

  /** Does one thing after the other, says that it goes on, and shows what went wrong. */
  work(busy: Key, run: () => Promise<void>): Promise<void> {
    const next = this.#work.then(async () => {
      this.set({ busy: { key: busy } });
      try {
        await run();
      } catch (error) {
        if (this.#state.phase === 'open' || this.#state.phase === 'start') this.fail(error);
      } finally {
        this.drop('busy');
        this.refresh();
      }
    });
    this.#work = next;
    return next;
  }

  /** Resolves when nothing is being done. */
  idle(): Promise<void> {
    return this.#work;
  }

  async openKept(): Promise<void> {
    this.#kept = await this.env.openKept();
    const [kept, receipts] = await Promise.all([this.#kept.load(), this.#kept.receipts()]);
    this.set({ kept, receipts: [...receipts].sort(newestFirst) });
  }

  /** Keeps a receipt. It must be stored before its shop deletes its own: what fails is told. */
  async keepReceipt({ name, store, text }: Receipt): Promise<void> {
    const receipt: KeptReceipt = { name, store: this.nameOf(store), text, time: this.env.now() };
    if (this.#kept === undefined) throw new Error('nothing can be kept now');
    await this.#kept.keepReceipt(receipt);
    const others = this.#state.receipts.filter((each) => each.name !== name);
    this.set({ receipts: [receipt, ...others].sort(newestFirst) });
  }

  async dropReceipt(name: string): Promise<void> {
    await this.#kept?.dropReceipt(name);
    this.set({ receipts: this.#state.receipts.filter((each) => each.name !== name) });
  }

  /** Keeps something beside the wallet. Resolves when it is stored. */
  async keep(change: (kept: Kept) => Partial<Kept>): Promise<void> {
    const kept = { ...this.#state.kept, ...change(this.#state.kept) };
    this.set({ kept });
    this.#saving = this.#kept?.save(kept);
    await this.#saving;
  }

  /** Notes something about a record of the history. */
  note(name: string | undefined, note: Note): Promise<void> {
    if (name === undefined) return Promise.resolve();
    return this.keep(({ notes }) => ({ notes: { ...notes, [name]: note } }));
  }

  keepWaiting(change: (waiting: readonly WaitingLink[]) => readonly WaitingLink[]): Promise<void> {
    return this.keep(({ waiting }) => ({ waiting: change(waiting) }));
  }

  /** Shows anew what the wallet has. */
  refresh(): void {
    if (this.wallet === undefined) return;
    const wallet = snapshotOf(this.wallet);
    const { screen, kept } = this.#state;
    this.set({ wallet, screen: screen.name === 'result' ? followed(screen, wallet, kept) : screen });
  }

  /** Takes up a wallet. */
  take(wallet: Wallet): void {
    this.wallet = wallet;
    this.set({ phase: 'open', wallet: snapshotOf(wallet) });
  }

  warned({ code }: Warning): void {
    const key = WARNINGS[code];
    if (key !== undefined) this.set({ notice: { tone: 'wait', words: { key } } });
  }

  /** The name of a store by the charter. */
  nameOf(store: number): string {
    return this.#state.wallet?.charter.stores.find(({ id }) => id === store)?.name ?? '';
  }

  /** Closes the wallet: what was sent is saved. From then on nothing is written: another tab may have taken over. */
  async close(): Promise<void> {
    const wallet = this.wallet;
    this.#kept = undefined;
    await this.#saving?.catch(() => undefined);
    this.wallet = undefined;
    this.storage = undefined;
    await wallet?.close();
  }
}

const newestFirst = (a: KeptReceipt, b: KeptReceipt): number => Number(b.time - a.time);

/** What is shown of a wallet. */
export function snapshotOf(wallet: Wallet): Snapshot {
  const { points, held, vouchers, ballots } = wallet.balance();
  return {
    charter: viewCharter(wallet),
    points,
    held,
    most: mostInOneOrder(wallet),
    vouchers,
    ballots,
    keysets: wallet.keysets(),
    history: wallet.history(),
    open: viewOpenOrders(wallet),
    baskets: viewBaskets(wallet),
    unsettled: viewUnsettled(wallet),
    device: wallet.device,
    searching: wallet.searching,
    evidence: wallet.evidence().length,
  };
}

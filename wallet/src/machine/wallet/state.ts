import { worth } from '../../crypto/index.js';
import type { CoinPlace, Kind } from '../../crypto/index.js';
import { WalletError } from './error.js';

/** Lower-case hexadecimal: how coin keys and digests are compared and looked up. */
export type Hex = string;

/** A coin of this wallet. Its secret and its blind are derived from its place. */
export interface Coin {
  readonly place: CoinPlace;
  readonly kind: Kind;
  /** P: to find the coin, not to spend it. */
  readonly point: Hex;
  /** N by the index of the witness. A coin is spendable with q of them, complete with all n. */
  readonly components: ReadonlyMap<number, Uint8Array>;
  /** Digest of the order that made it. */
  readonly madeBy: Hex;
  /** Digest of the open order that spends it. */
  readonly spentBy?: Hex;
  /** It was recovered, and nobody knows whether it was spent since: it stands in no order with another coin. */
  readonly unproven?: true;
  /** A probe has found it unbound: it is not asked about again, but to be exchanged (RESTORE-34). */
  readonly unbound?: true;
}

/** One output that was asked for, and the place at which it was derived (WALLET-13). */
export interface AskedOutput {
  readonly kind: Kind;
  readonly place: CoinPlace;
  /** P of the coin that it becomes. */
  readonly point: Hex;
  readonly blinded: Uint8Array;
}

/** What a grant gives. */
export interface GrantTerms {
  readonly points: bigint;
  readonly ballot?: number;
  readonly vouchers: readonly VoucherCount[];
}

/** So many vouchers of an offer. */
export interface VoucherCount {
  readonly offer: number;
  readonly count: number;
}

/** What an open order is about. */
export type About =
  | {
      readonly type: 'claim';
      /** The store's id, its address, the grant's id there, and its one-time secret. */
      readonly store: number;
      readonly base: string;
      readonly grant: string;
      readonly secret: string;
      readonly terms: GrantTerms;
    }
  | {
      readonly type: 'pay';
      readonly store: number;
      readonly base: string;
      readonly checkout: string;
      readonly offer: Hex;
      readonly points: bigint;
      readonly vouchers: readonly VoucherCount[];
    }
  | { readonly type: 'donate'; readonly association: number; readonly points: bigint }
  | { readonly type: 'vote'; readonly campaign: number; readonly choice: number }
  | { readonly type: 'swap'; readonly points: bigint }
  | { readonly type: 'recover'; readonly points: bigint }
  /** An order of another wallet of this seed, which a probe showed. */
  | { readonly type: 'adopt'; readonly points: bigint }
  /** Points that move into a later keyset. */
  | { readonly type: 'move'; readonly points: bigint; readonly into: number }
  /** What a payment that came too late had paid comes back; the store that was paid makes the order. */
  | {
      readonly type: 'refund';
      readonly store: number;
      /** Digest and bytes of the payment. */
      readonly order: Hex;
      readonly refunded: Uint8Array;
      /** By the payment's coin keys over the `RefundClaim`. */
      readonly signature: Uint8Array;
      readonly points: bigint;
    };

/** Whether something is a claim, of a grant or of a refund: its store makes the order. */
export function isClaim(about: About): about is Extract<About, { readonly type: 'claim' | 'refund' }> {
  return about.type === 'claim' || about.type === 'refund';
}

/** One witness's components of all inputs. */
export interface StoredColumn {
  readonly index: number;
  readonly components: readonly Uint8Array[];
}

/** An order that was signed by this wallet's coins, in the very bytes in which it is sent (WALLET-3). */
export interface SignedBytes {
  readonly authorization: Uint8Array;
  readonly columns: readonly StoredColumn[];
}

/**
 * Something that left the device, or is about to, and is not finished. Its state in chapter 13 follows from what it
 * has: no order: *claiming*; an order: *ordered* or *signed*; a certificate: *certified* or *completing*.
 */
export interface OpenOrder {
  /** Its name in this wallet. */
  readonly id: string;
  readonly about: About;
  readonly keyset: number;
  /** Sorted by B, as in the order. */
  readonly outputs: readonly AskedOutput[];
  /** Seconds since 1970. */
  readonly since: bigint;
  /** The order's bytes; a claim has none until the store has shown it. */
  readonly order?: Uint8Array;
  readonly digest?: Hex;
  readonly signed?: SignedBytes;
  /** The bytes of the certificate, once it was verified. */
  readonly certificate?: Uint8Array;
  /** The owner was told that the store paid does not wait any more (WALLET-25). */
  readonly told?: true;
  /** When stores may be asked for what is missing of its coins, in seconds since 1970 (WALLET-32). */
  readonly askFrom?: bigint;
}

/** How something ended, or that it has not. */
export type Outcome = 'open' | 'certified' | 'recovered' | 'dead' | 'withdrawn';

/** What was done, for the owner, and so that it is not done twice. */
export interface HistoryRecord {
  /** The name of the open order that it was. */
  readonly id: string;
  readonly digest?: Hex;
  readonly keyset: number;
  readonly purpose: About['type'];
  readonly points: bigint;
  readonly outcome: Outcome;
  readonly since: bigint;
  /** Which grant was claimed: its address and id; of a refund, the digest of the payment. */
  readonly grant?: string;
  /** Which offer was paid, and in which checkout of which store. */
  readonly offer?: Hex;
  readonly checkout?: string;
}

/** What convicts a witness: an order, and an evaluation that it signed and can't stand by (WALLET-29). */
export interface HeldEvidence {
  readonly keyset: number;
  readonly index: number;
  readonly order: Uint8Array;
  readonly evaluation: Uint8Array;
}

/** A payment of this wallet that is certified, until it is known what became of it (WALLET-43). */
export interface CertifiedPayment {
  readonly digest: Hex;
  /** The bytes of the Redeem. */
  readonly order: Uint8Array;
  /** The places of its inputs, in their order: their secrets may have to sign once more. */
  readonly places: readonly CoinPlace[];
}

/** A basket that its owner has paid, declined, or waits for: the wallet goes on with it by itself (WALLET-48). */
export interface OpenBasket {
  readonly store: number;
  readonly base: string;
  readonly id: string;
  /** For the store alone, as a grant's. */
  readonly secret: string;
  /** Seconds since 1970. */
  readonly since: bigint;
}

/** A receipt that was taken, until its store knows that it may delete its own (RECEIPT-5). */
export interface TakenReceipt {
  readonly of: 'grants' | 'baskets';
  readonly base: string;
  readonly id: string;
  readonly secret: string;
  readonly since: bigint;
}

/** All that changes in a wallet. It never changes in place: each step gives the next state, which is saved first. */
export interface WalletState {
  readonly device: number;
  /** Per keyset the next order number of this device (WALLET-2). */
  readonly numbers: ReadonlyMap<number, bigint>;
  readonly coins: readonly Coin[];
  /** P of each input of the certified orders that the wallet knows, with the keyset (RESTORE-8). */
  readonly spent: ReadonlyMap<Hex, number>;
  readonly orders: readonly OpenOrder[];
  readonly evidence: readonly HeldEvidence[];
  /** What came to its end. */
  readonly history: readonly HistoryRecord[];
  /** Payments of which it is not known yet what became of them; missing if there never was one. */
  readonly payments?: readonly CertifiedPayment[];
  /** Missing if there never was one. */
  readonly baskets?: readonly OpenBasket[];
  readonly receipts?: readonly TakenReceipt[];
  /** A search was begun and has not ended: nothing is signed or claimed (RESTORE-30). */
  readonly searching?: true;
}

/** The state of a wallet that has done nothing. */
export function emptyState(device: number): WalletState {
  return { device, numbers: new Map(), coins: [], spent: new Map(), orders: [], evidence: [], history: [] };
}

/** Throws `searching` before anything is signed or claimed, until a search that was begun has ended (RESTORE-30). */
export function expectSearched({ searching }: WalletState): void {
  if (searching) throw new WalletError('searching', 'a search for the orders of these words has not ended');
}

/** The order number that is next in a keyset. */
export function nextNumber(state: WalletState, keyset: number): bigint {
  return state.numbers.get(keyset) ?? 0n;
}

/** The open order of a digest. */
export function openOrder(state: WalletState, digest: Hex): OpenOrder | undefined {
  return state.orders.find((open) => open.digest === digest);
}

/** The open claim of a grant: it is found by the grant's address and id. */
export function openClaim(state: WalletState, base: string, grant: string): OpenOrder | undefined {
  return state.orders.find(({ about }) => about.type === 'claim' && about.base === base && about.grant === grant);
}

/** Where an order of this wallet stands: its coins' places without their slots. */
export interface OrderPlace {
  readonly keyset: number;
  readonly device: number;
  readonly number: bigint;
}

/** The name of an order that this wallet made, from its place in the seed. */
export function orderName(place: OrderPlace): string {
  return `${place.keyset}/${place.device}/${place.number}`;
}

/** Puts an open order in the place of what it was before. */
export function replaceOrder(state: WalletState, changed: OpenOrder): WalletState {
  return { ...state, orders: state.orders.map((open) => (open.id === changed.id ? changed : open)) };
}

/** Notes that the owner is told, unless the order is certified or gone. */
export function noteTold(state: WalletState, id: string): { readonly state: WalletState; readonly news: boolean } {
  const open = state.orders.find((order) => order.id === id);
  if (open === undefined || open.certificate !== undefined) return { state, news: false };
  return { state: replaceOrder(state, { ...open, told: true }), news: true };
}

/** The open payment of a checkout. */
export function openPayment(state: WalletState, store: number, checkout: string): OpenOrder | undefined {
  return state.orders.find(
    ({ about }) => about.type === 'pay' && about.store === store && about.checkout === checkout,
  );
}

/** Takes an open order out. */
export function forgetOrder(state: WalletState, gone: OpenOrder): WalletState {
  return { ...state, orders: state.orders.filter((open) => open.id !== gone.id) };
}

/** What coins are worth in points. */
export function sum(coins: readonly Pick<Coin, 'kind'>[]): bigint {
  return coins.reduce((total, { kind }) => total + worth(kind), 0n);
}

/** What goes into the history of an open order. */
export function recordOf(open: OpenOrder, outcome: Outcome): HistoryRecord {
  const { about } = open;
  return {
    id: open.id,
    ...(open.digest === undefined ? {} : { digest: open.digest }),
    keyset: open.keyset,
    purpose: about.type,
    points: pointsOf(about),
    outcome,
    since: open.since,
    ...(about.type === 'claim' ? { grant: grantName(about.base, about.grant) } : {}),
    ...(about.type === 'refund' ? { grant: about.order } : {}),
    ...(about.type === 'pay' ? { offer: about.offer, checkout: checkoutName(about.store, about.checkout) } : {}),
  };
}

/** The name under which a grant is remembered. */
export function grantName(base: string, grant: string): string {
  return `${base}/g/${grant}`;
}

/** The name under which a checkout is remembered. */
export function checkoutName(store: number, checkout: string): string {
  return `${store}/c/${checkout}`;
}

function pointsOf(about: About): bigint {
  if (about.type === 'claim') return about.terms.points;
  return about.type === 'vote' ? 0n : about.points;
}

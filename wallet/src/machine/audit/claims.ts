import { compareBytes } from '../../crypto/bytes.js';
import { worth, type Kind } from '../../crypto/class.js';
import {
  Books,
  BooksError,
  conflicts,
  orderDigest,
  pointsIn,
  pointsOut,
  postings,
  type Charter,
  type Order,
  type Posting,
} from '../../message/index.js';

/** A claim about value that fails. */
export type Breach = 'two-certificates' | 'forged' | 'float' | 'positions' | 'overflow';

const nameOf = (kind: Kind): string =>
  kind.type === 'points'
    ? `points ${kind.denomination}`
    : kind.type === 'ballot'
      ? `ballot ${kind.campaign}`
      : `voucher ${kind.offer}`;

interface Coins {
  readonly kind: Kind;
  made: bigint;
  spent: bigint;
}

/** Coins of one keyset, kind by kind: how many were made, how many spent. */
function countCoins(orders: readonly Order[], keyset: number): Coins[] {
  const coins = new Map<string, Coins>();
  const of = (kind: Kind): Coins => {
    const counted = coins.get(nameOf(kind)) ?? { kind, made: 0n, spent: 0n };
    coins.set(nameOf(kind), counted);
    return counted;
  };
  for (const order of orders) {
    for (const { class: made } of order.outputs) if (made.keyset === keyset) of(made.kind).made += 1n;
    if (order.keyset === keyset) for (const { kind } of order.inputs) of(kind).spent += 1n;
  }
  return [...coins.values()];
}

const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((total, x) => total + x, 0n);

/** The claims of chapter 18 that fail, over all certified orders that count. */
export function failingClaims(
  orders: readonly Order[],
  keyset: number,
  charter: Charter,
  enoughLogs: boolean,
): ReadonlySet<Breach> {
  const breaches = new Set<Breach>();
  const own = orders.filter((order) => order.keyset === keyset);
  if (orders.some((a, i) => orders.slice(i + 1).some((b) => conflicts(a, b)))) breaches.add('two-certificates');
  const { books, complete } = book(own, charter, breaches);
  const positions = sum(books.accounts.map((account) => books.position(account)));
  if (positions !== 0n) breaches.add('positions');
  if (!enoughLogs) return breaches;
  const coins = countCoins(orders, keyset);
  if (coins.some(({ made, spent }) => spent > made)) breaches.add('forged');
  const floating = sum(coins.map(({ kind, made, spent }) => (made - spent) * worth(kind)));
  const moved = movedInto(orders, keyset);
  if (floating !== issuedLessPaid(own) + moved) breaches.add('float');
  if (complete && floating !== books.position({ type: 'pool' }) + moved) breaches.add('float');
  return breaches;
}

/** Points that the orders of a keyset issued, less those that were redeemed and donated in it. */
function issuedLessPaid(own: readonly Order[]): bigint {
  const issued = sum(own.filter(({ purpose }) => purpose.type === 'earn').map(pointsOut));
  const taken = own.filter(({ purpose }) => purpose.type === 'redeem' || purpose.type === 'donate');
  return issued - sum(taken.map((order) => pointsIn(order) - pointsOut(order)));
}

/** A keyset, and the certified orders of its logs that count. */
export interface CountedKeyset {
  readonly keyset: number;
  readonly orders: readonly Order[];
}

/** More points came from a keyset than it had left. */
export interface MovedBreach {
  readonly came: bigint;
  readonly left: bigint;
}

/**
 * The claim about two keysets (BOOKS-24): the points that came in orders of `from`, by the orders of the logs of `into`, are
 * no more than `from` had by its own, less what it moved into others.
 */
export function movedTooMuch(from: CountedKeyset, into: CountedKeyset): MovedBreach | undefined {
  const isOwn = ({ keyset }: Order): boolean => keyset === from.keyset;
  const own = from.orders.filter(isOwn);
  const came = madeIn(into.orders.filter(isOwn), (keyset) => keyset === into.keyset);
  const movedIn = madeIn(from.orders.filter((order) => !isOwn(order)), (keyset) => keyset === from.keyset);
  const movedElsewhere = madeIn(own, (keyset) => keyset !== from.keyset && keyset !== into.keyset);
  const left = issuedLessPaid(own) + movedIn - movedElsewhere;
  return came > left ? { came, left } : undefined;
}

/** Points that orders make in some keysets. */
function madeIn(orders: readonly Order[], isOf: (keyset: number) => boolean): bigint {
  const made = orders.flatMap(({ outputs }) => outputs.map((output) => output.class));
  return sum(made.filter(({ keyset }) => isOf(keyset)).map(({ kind }) => worth(kind)));
}

/** Points that moved into the keyset, less those that moved out of it. */
function movedInto(orders: readonly Order[], keyset: number): bigint {
  const moved = (order: Order): bigint[] =>
    order.outputs
      .filter(({ class: made }) => (made.keyset === keyset) !== (order.keyset === keyset))
      .map(({ class: made }) => (made.keyset === keyset ? worth(made.kind) : -worth(made.kind)));
  return sum(orders.flatMap(moved));
}

/** Books the orders by increasing digest. What Postings refuses is not booked, and shows in the float. */
function book(
  own: readonly Order[],
  charter: Charter,
  breaches: Set<Breach>,
): { readonly books: Books; readonly complete: boolean } {
  const books = new Books();
  let complete = true;
  const sorted = own
    .map((order) => ({ order, digest: orderDigest(order) }))
    .sort((a, b) => compareBytes(a.digest, b.digest));
  for (const { order } of sorted) {
    let rows: readonly Posting[];
    try {
      rows = postings(order, charter);
    } catch (error) {
      if (!(error instanceof BooksError)) throw error;
      complete &&= error.code !== 'unknown-offer';
      continue;
    }
    try {
      for (const row of rows) books.add([row]);
    } catch (error) {
      if (!(error instanceof BooksError)) throw error;
      breaches.add('overflow');
    }
  }
  return { books, complete };
}

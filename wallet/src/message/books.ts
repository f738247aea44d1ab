import { RondeError } from '../crypto/error.js';
import type { Charter } from './charter-chain.js';
import type { Order } from './order.js';
import { pointsIn, pointsOut } from './order-rules.js';

/** Who is owed or owes: a store, an association, or the pool of all points in wallets. */
export type Account =
  | { readonly type: 'store'; readonly id: number }
  | { readonly type: 'association'; readonly id: number }
  | { readonly type: 'pool' };

/** The flows of an account, each with one sign. */
export const FLOWS = {
  issued: -1n,
  redeemed: 1n,
  'vouchers-honoured': 1n,
  'vouchers-funded': -1n,
  pledged: -1n,
  given: 1n,
  floated: 1n,
  returned: -1n,
} as const;
/** The name of a flow. */
export type Flow = keyof typeof FLOWS;

/** One row that an order adds to the books. */
export interface Posting {
  readonly account: Account;
  readonly flow: Flow;
  readonly points: bigint;
}

/** An order that can't be booked. */
export class BooksError extends RondeError<'unknown-offer' | 'overflow'> {
  constructor(code: 'unknown-offer' | 'overflow') {
    super(code, code === 'overflow' ? 'a sum past 64 bits, or more out than in' : 'an offer that the charter lacks', {
      fault: code === 'overflow' ? 'author' : 'nobody',
      retryable: code === 'unknown-offer',
    });
  }
}

const U64 = 1n << 64n;
const POOL: Account = { type: 'pool' };

function within(points: bigint): bigint {
  if (points < 0n || points >= U64) throw new BooksError('overflow');
  return points;
}

/** Points in - points out, within 64 bits. */
function paid(order: Order): bigint {
  return within(within(pointsIn(order)) - within(pointsOut(order)));
}

/** Postings: what a certified order adds to the books (BOOKS-2 to BOOKS-8). Rows of 0 points are left out. */
export function postings(order: Order, charter: Charter): Posting[] {
  const store: Account = { type: 'store', id: order.store };
  return rows(order, charter, store).filter(({ points }) => points !== 0n);
}

function rows(order: Order, charter: Charter, store: Account): Posting[] {
  const about = order.purpose;
  switch (about.type) {
    case 'earn': {
      const points = within(pointsOut(order));
      return [
        { account: store, flow: 'issued', points },
        { account: POOL, flow: 'floated', points },
      ];
    }
    case 'redeem': {
      const points = paid(order);
      return [
        { account: POOL, flow: 'returned', points },
        { account: store, flow: 'redeemed', points },
        ...order.inputs.flatMap(({ kind }) => (kind.type === 'voucher' ? voucherRows(kind.offer, charter, store) : [])),
      ];
    }
    case 'donate': {
      const points = paid(order);
      return [
        { account: POOL, flow: 'returned', points },
        { account: { type: 'association', id: about.association }, flow: 'given', points },
      ];
    }
    case 'pledge':
      return [
        { account: store, flow: 'pledged', points: about.points },
        { account: { type: 'association', id: about.association }, flow: 'given', points: about.points },
      ];
    default:
      return [];
  }
}

function voucherRows(id: number, charter: Charter, store: Account): Posting[] {
  const offer = charter.voucherOffer(id);
  if (offer === undefined) throw new BooksError('unknown-offer');
  return [
    { account: { type: 'store', id: offer.funder }, flow: 'vouchers-funded', points: offer.value },
    { account: store, flow: 'vouchers-honoured', points: offer.value },
  ];
}

/** The key of an account. */
const nameOf = (account: Account): string => (account.type === 'pool' ? 'pool' : `${account.type} ${account.id}`);

/** The books: the flows of every account. */
export class Books {
  readonly #accounts = new Map<string, { readonly account: Account; readonly flows: Map<Flow, bigint> }>();

  /** Adds postings, all or none: `overflow` if a flow would exceed 64 bits (BOOKS-10). */
  add(list: readonly Posting[]): void {
    const sums = new Map<string, bigint>();
    for (const { account, flow, points } of list) {
      const key = `${nameOf(account)} ${flow}`;
      sums.set(key, within((sums.get(key) ?? this.flow(account, flow)) + points));
    }
    for (const { account, flow } of list) {
      const name = nameOf(account);
      const held = this.#accounts.get(name) ?? { account, flows: new Map<Flow, bigint>() };
      held.flows.set(flow, sums.get(`${name} ${flow}`) as bigint);
      this.#accounts.set(name, held);
    }
  }

  /** One flow of an account. */
  flow(account: Account, flow: Flow): bigint {
    return this.#accounts.get(nameOf(account))?.flows.get(flow) ?? 0n;
  }

  /** What an account is owed if positive, what it owes if negative. */
  position(account: Account): bigint {
    const flows = this.#accounts.get(nameOf(account))?.flows ?? new Map<Flow, bigint>();
    return [...flows].reduce((sum, [flow, points]) => sum + FLOWS[flow] * points, 0n);
  }

  /** All accounts that have a flow. */
  get accounts(): readonly Account[] {
    return [...this.#accounts.values()].map(({ account }) => account);
  }
}

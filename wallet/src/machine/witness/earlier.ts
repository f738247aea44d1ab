import { capped, toHex } from '../../crypto/bytes.js';
import { VerifyingKey } from '../../crypto/ed25519.js';
import * as LABELS from '../../crypto/labels.js';
import { worth } from '../../crypto/class.js';
import {
  checkRules,
  orderDigest,
  pointsIn,
  RefusedError,
  verifyCertificate,
  verifyStatement,
  type CertifiedOrder,
  type Charter,
  type ClosingStatement,
  type Evidence,
  type Keyset,
  type LogPage,
  type Order,
  type SignedCharter,
  type SignedOrder,
} from '../../message/index.js';
import { Follower } from './follower.js';

const atLeastNone = (difference: bigint): bigint => (difference < 0n ? 0n : difference);

/** What is known of an order that a log of an earlier keyset has. */
interface Seen {
  /** The witnesses in whose log its certificate was. */
  readonly logs: Set<number>;
  signed: boolean;
  counted: boolean;
}

/** What a reading works with: the keyset of the logs, and what the charter says and said. */
export interface Reading {
  readonly keyset: Keyset;
  readonly charter: Charter;
  /** All versions of the charter that are held. */
  readonly versions: readonly SignedCharter[];
}

/** The points of an order's outputs of one keyset. */
export function pointsInto(order: Order, keyset: number): bigint {
  return order.outputs.reduce((sum, { class: made }) => (made.keyset === keyset ? sum + worth(made.kind) : sum), 0n);
}

/** What a witness keeps of an earlier keyset, from which points move to its own (ROLLOVER-4, ROLLOVER-5). */
export class EarlierKeyset {
  readonly #followers = new Map<number, Follower>();
  readonly #seen = new Map<string, Seen>();
  readonly #moved = new Map<number, bigint>();
  readonly #statements = new Map<number, ClosingStatement>();
  readonly #read = new Set<number>();
  readonly #closed = new Set<number>();
  #came = 0n;
  #left = 0n;

  /** How many witnesses' logs were once read to the end of a head. */
  get read(): number {
    return this.#read.size;
  }

  /** Outstanding: points that are still there for the keyset `into`, by what was read. */
  outstanding(into: number): bigint {
    const moved = [...this.#moved].reduce((sum, [keyset, points]) => (keyset === into ? sum : sum + points), 0n);
    return atLeastNone(this.#came - this.#left - moved);
  }

  /** In how many closed logs an order's certificate is (ROLLOVER-9). */
  closedLogsWith(digest: Uint8Array): number {
    const logs = this.#seen.get(toHex(digest))?.logs ?? new Set<number>();
    return [...logs].filter((index) => this.#closed.has(index)).length;
  }

  /** A closing statement that its witness has shown: the first that verifies counts. */
  takeStatement(statement: ClosingStatement, keyset: Keyset): void {
    verifyStatement(statement, keyset);
    if (this.#statements.has(statement.index)) return;
    this.#statements.set(statement.index, statement);
    this.#closeIfRead(statement.index);
  }

  /** What was read of the log of a witness. */
  follower(peer: number): Follower {
    const follower = this.#followers.get(peer) ?? new Follower(peer);
    this.#followers.set(peer, follower);
    return follower;
  }

  /**
   * ReadEarlier: a page of the log of a witness, with a number that was drawn by chance. Refuses with `PageError`; of one with
   * what is `charter-behind` nothing is read but the head.
   */
  readPage(peer: number, page: LogPage, reading: Reading, chance: bigint): { readonly evidence: Evidence | undefined } {
    const follower = this.follower(peer);
    const { standing } = follower;
    const { entries, certified, ended, evidence } = follower.read(page, reading.keyset, chance);
    if (certified.some(({ order }) => judge(order, reading.charter) === 'behind')) {
      follower.goBack(standing, page.head, reading.keyset, chance);
      return { evidence };
    }
    for (const entry of entries) if (entry.type === 'voted') this.#takeVoted(entry.value, reading);
    for (const each of certified) this.#takeCertified(peer, each, reading);
    if (ended) {
      this.#read.add(peer);
      this.#closeIfRead(peer);
    }
    return { evidence };
  }

  #closeIfRead(index: number): void {
    const statement = this.#statements.get(index);
    if (statement === undefined) return;
    const follower = this.#followers.get(index) ?? new Follower(index);
    if (follower.isEndedBy(statement)) this.#closed.add(index);
  }

  /** An Earn counts only with its store's signature, under any key that the store ever had (ROLLOVER-13). */
  #takeVoted(signed: SignedOrder, reading: Reading): void {
    const { order } = signed;
    if (order.purpose.type !== 'earn' || order.keyset !== reading.keyset.id || !isStores(signed, reading)) return;
    const seen = this.#of(orderDigest(order));
    seen.signed = true;
    if (seen.logs.size > 0) this.#count(order, seen, reading.keyset);
  }

  #takeCertified(peer: number, certified: CertifiedOrder, { keyset, charter }: Reading): void {
    const { order } = certified;
    const concerns = order.keyset === keyset.id || order.outputs.some(({ class: made }) => made.keyset === keyset.id);
    if (!concerns || judge(order, charter) !== 'good' || !verifies(certified, charter)) return;
    const seen = this.#of(orderDigest(order));
    seen.logs.add(peer);
    if (order.purpose.type !== 'earn' || seen.signed) this.#count(order, seen, keyset);
  }

  #of(digest: Uint8Array): Seen {
    const name = toHex(digest);
    const seen = this.#seen.get(name) ?? { logs: new Set<number>(), signed: false, counted: false };
    this.#seen.set(name, seen);
    return seen;
  }

  /** Count: once for each order. */
  #count(order: Order, seen: Seen, { id }: Keyset): void {
    if (seen.counted) return;
    seen.counted = true;
    const stays = pointsInto(order, id);
    const { type } = order.purpose;
    if (order.keyset !== id || type === 'earn') {
      this.#came = capped(this.#came + stays);
    } else if (type === 'redeem' || type === 'donate') {
      this.#left = capped(this.#left + atLeastNone(pointsIn(order) - stays));
    } else if (type === 'swap') {
      for (const { class: made } of order.outputs) {
        if (made.keyset === id) continue;
        this.#moved.set(made.keyset, capped((this.#moved.get(made.keyset) ?? 0n) + worth(made.kind)));
      }
    }
  }
}

/** Whether an order keeps the rules, or may by a later charter. */
function judge(order: Order, charter: Charter): 'good' | 'behind' | 'bad' {
  try {
    checkRules(order, charter);
    return 'good';
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return error.code === 'charter-behind' ? 'behind' : 'bad';
  }
}

function verifies({ order, certificate }: CertifiedOrder, charter: Charter): boolean {
  const keyset = charter.keyset(order.keyset);
  if (keyset === undefined) return false;
  try {
    verifyCertificate(certificate, keyset, orderDigest(order));
    return true;
  } catch {
    return false;
  }
}

/** Whether an order has its store's signature, under a node key of any version of the charter. */
function isStores({ order, authorization }: SignedOrder, { charter, versions }: Reading): boolean {
  if (authorization.type !== 'store') return false;
  const parts = [charter.federation, orderDigest(order)];
  const keys = versions.flatMap(({ body }) => body.stores.filter(({ id }) => id === order.store));
  return keys.some(({ nodeKey }) =>
    VerifyingKey.decode(nodeKey).accepts(authorization.value, LABELS.STORE_ORDER_SIGNATURE, ...parts),
  );
}

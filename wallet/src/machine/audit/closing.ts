import { equalBytes, toHex } from '../../crypto/bytes.js';
import { leafHash, merkleRoot } from '../../crypto/merkle.js';
import {
  encode,
  logEntry,
  orderDigest,
  verifyCertificate,
  verifyStatement,
  type ClosingStatement,
  type Keyset,
  type LogEntry,
  type Order,
} from '../../message/index.js';

/** A log with its closing statement, as they were handed over. */
export interface HandedClosing {
  readonly statement: ClosingStatement;
  readonly entries: readonly LogEntry[];
}

/** Whether such a log is closed, or what is first wrong with it. */
export type Closed = 'read' | 'not-signed' | 'length' | 'root';
/** What closed logs say of a coin. */
export type CoinFate = 'spent' | 'free' | 'undecided';

/** What the closed logs of a keyset say: the last word on its orders and coins (ROLLOVER-9 to ROLLOVER-11). */
export class ClosedKeyset {
  /** Of each log that was handed over, in that order. */
  readonly logs: readonly Closed[];
  /** The certified orders that each closed log holds, by digest; of one witness the first log. */
  readonly #held = new Map<number, ReadonlyMap<string, Order>>();

  constructor(
    readonly keyset: Keyset,
    handed: readonly HandedClosing[],
  ) {
    this.logs = handed.map((log) => {
      const closed = judge(log, keyset);
      const { index } = log.statement;
      if (closed === 'read' && !this.#held.has(index)) this.#held.set(index, ordersOf(log.entries, keyset));
      return closed;
    });
  }

  /** Whether an order counts as certified (ROLLOVER-9). */
  isCertified(digest: Uint8Array): boolean {
    return this.#countsByName(toHex(digest));
  }

  #countsByName(digest: string): boolean {
    return [...this.#held.values()].filter((orders) => orders.has(digest)).length >= this.keyset.quorum;
  }

  /** What can be said of a coin (ROLLOVER-10, ROLLOVER-11). */
  fateOf(point: Uint8Array): CoinFate {
    const spends = (order: Order): boolean => order.inputs.some((input) => equalBytes(input.point, point));
    let without = 0;
    for (const orders of this.#held.values()) {
      const spending = [...orders].filter(([, order]) => spends(order));
      if (spending.some(([digest]) => this.#countsByName(digest))) return 'spent';
      if (spending.length === 0) without += 1;
    }
    return without >= this.keyset.enough ? 'free' : 'undecided';
  }
}

function judge({ statement, entries }: HandedClosing, keyset: Keyset): Closed {
  try {
    verifyStatement(statement, keyset);
  } catch {
    return 'not-signed';
  }
  if (BigInt(entries.length) !== statement.size) return 'length';
  const root = merkleRoot(entries.map((entry) => leafHash(encode(logEntry, entry))));
  return equalBytes(root, statement.root) ? 'read' : 'root';
}

/** The orders of the keyset whose certificates a log has. */
function ordersOf(entries: readonly LogEntry[], keyset: Keyset): ReadonlyMap<string, Order> {
  const orders = new Map<string, Order>();
  for (const entry of entries) {
    if (entry.type !== 'certified' || entry.value.order.keyset !== keyset.id) continue;
    const { order, certificate } = entry.value;
    const digest = orderDigest(order);
    try {
      verifyCertificate(certificate, keyset, digest);
    } catch {
      continue;
    }
    orders.set(toHex(digest), order);
  }
  return orders;
}

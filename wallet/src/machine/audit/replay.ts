import { toHex } from '../../crypto/bytes.js';
import { orderDigest, type LogEntry, type Order } from '../../message/index.js';

/** A vote over what another order held. */
export interface Clash {
  readonly first: string;
  readonly second: string;
  /** Whether the first was certified by then. */
  readonly certified: boolean;
}

/** What an order locks: its coins, or, without any, its store's reference. */
function locksOf(order: Order): string[] {
  if (order.inputs.length === 0) return [`${order.store} ${toHex(order.reference)}`];
  return order.inputs.map(({ point }) => toHex(point));
}

/**
 * Replays a log of a keyset as its witness lived it: the votes over what another order held then. Orders of other keysets,
 * voted or certified, are passed over: a coin of theirs is another one, also if it has the same key (BOOKS-26).
 */
export function replay(entries: readonly LogEntry[], keyset: number): Clash[] {
  const holders = new Map<string, { readonly digest: string; readonly spent: boolean }>();
  const bound = new Map<string, string[]>();
  const clashes: Clash[] = [];
  for (const entry of entries) {
    const { order } = entry.value;
    if (order.keyset !== keyset) continue;
    const digest = toHex(orderDigest(order));
    const locks = locksOf(order);
    if (entry.type === 'voted') {
      for (const lock of locks) {
        const holder = holders.get(lock);
        if (holder === undefined) holders.set(lock, { digest, spent: false });
        else if (holder.digest !== digest) clashes.push({ first: holder.digest, second: digest, certified: holder.spent });
      }
      bound.set(digest, locks);
      continue;
    }
    for (const lock of locks) {
      const holder = holders.get(lock);
      if (holder !== undefined && holder.digest !== digest) {
        if (holder.spent) continue;
        for (const other of bound.get(holder.digest) ?? []) {
          const held = holders.get(other);
          if (held?.digest === holder.digest && !held.spent) holders.delete(other);
        }
      }
      holders.set(lock, { digest, spent: true });
    }
  }
  return clashes;
}

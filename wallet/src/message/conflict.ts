import { equalBytes, toHex } from '../crypto/bytes.js';
import type { Order } from './order.js';
import { orderDigest } from './order-digest.js';

/** Whether two orders conflict: a P in common, or, neither having inputs, store and reference (VOTE-9). */
export function conflicts(a: Order, b: Order): boolean {
  if (a.keyset !== b.keyset || equalBytes(orderDigest(a), orderDigest(b))) return false;
  if (a.inputs.length === 0 && b.inputs.length === 0) {
    return a.store === b.store && equalBytes(a.reference, b.reference);
  }
  const points = new Set(a.inputs.map(({ point }) => toHex(point)));
  return b.inputs.some(({ point }) => points.has(toHex(point)));
}

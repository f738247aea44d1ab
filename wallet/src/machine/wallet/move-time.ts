import type { Keyset } from '../../message/keyset.js';
import type { CoinSecrets } from './secrets.js';

/** How long before redeem-until the last moment is at which a wallet plans a move. */
const WEEK = 604_800n;

/**
 * MoveTime: when a wallet moves its coins of one denomination out of a keyset, in seconds since 1970. A moment that looks
 * random to others, and is the same whenever it is asked for (ROLLOVER-6).
 */
export function moveTime(secrets: CoinSecrets, device: number, keyset: Keyset, denomination: bigint): bigint {
  const { issueUntil, redeemUntil } = keyset.entry;
  const last = redeemUntil > WEEK ? redeemUntil - WEEK : 0n;
  const first = issueUntil < last ? issueUntil : last;
  return first + (secrets.moveNumber(keyset.id, device, denomination) % (last - first + 1n));
}

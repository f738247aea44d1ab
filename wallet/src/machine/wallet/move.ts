import type { Charter } from '../../message/charter-chain.js';
import type { Keyset } from '../../message/keyset.js';
import { moveTime } from './move-time.js';
import { isOneOrder } from './outputs.js';
import { freeCoins, redeemable } from './select.js';
import type { WalletContext } from './spend.js';
import { sum } from './state.js';
import type { WalletState } from './state.js';

/** Coins of one denomination that are to leave a keyset, together and with no others (WALLET-40). */
export interface Move {
  readonly keyset: number;
  readonly denomination: bigint;
  /** When it is planned, in seconds since 1970. */
  readonly at: bigint;
  /** What all such coins are worth that can be spent now. One order may carry fewer. */
  readonly points: bigint;
}

/** Later: the keysets into which a coin of a denomination can move now, by increasing id. */
export function laterKeysets(charter: Charter, keyset: Keyset, denomination: bigint, now: bigint): Keyset[] {
  return issuingLater(charter, keyset, now)
    .filter((later) => isOneOrder(denomination, later))
    .sort((a, b) => a.id - b.id);
}

/** Whether anything can move out of a keyset now. */
export function hasLater(charter: Charter, keyset: Keyset, now: bigint): boolean {
  return issuingLater(charter, keyset, now).length > 0;
}

function issuingLater({ keysets }: Charter, { entry }: Keyset, now: bigint): Keyset[] {
  return keysets.filter((later) => later.entry.redeemUntil > entry.redeemUntil && now < later.entry.issueUntil);
}

/** The moves that the coins of a wallet will need, whether or not they are due; keysets that end first before others. */
export function plannedMoves({ charter, secrets }: WalletContext, state: WalletState, now: bigint): Move[] {
  return redeemable(charter, now).flatMap((keyset) => {
    const free = freeCoins(state, keyset.id).filter(({ components }) => components.size >= keyset.quorum);
    return keyset.entry.denominations.flatMap((denomination): Move[] => {
      const points = sum(free.filter(({ kind }) => kind.type === 'points' && kind.denomination === denomination));
      if (points === 0n || laterKeysets(charter, keyset, denomination, now).length === 0) return [];
      return [{ keyset: keyset.id, denomination, at: moveTime(secrets, state.device, keyset, denomination), points }];
    });
  });
}

/** The moves that are due (WALLET-38); none while the wallet searches. */
export function dueMoves(context: WalletContext, state: WalletState, now: bigint): Move[] {
  if (state.searching) return [];
  return plannedMoves(context, state, now).filter(({ at }) => now >= at);
}

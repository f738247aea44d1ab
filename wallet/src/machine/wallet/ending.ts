import { coinCounts } from './balance.js';
import type { BallotCount } from './balance.js';
import { sum } from './state.js';
import type { VoucherCount, WalletState } from './state.js';
import { hasLater, plannedMoves } from './move.js';
import type { Move } from './move.js';
import type { WalletContext } from './spend.js';

/** What of a wallet is in one keyset, and what comes of it when that ends (WALLET-39). */
export interface KeysetView {
  readonly keyset: number;
  /** Until when its coins can be spent, in seconds since 1970. */
  readonly spendUntil: bigint;
  /** *issuing*: nothing ends yet; *ending*: points should move; *over*: what is in it can't be spent any more. */
  readonly stage: 'issuing' | 'ending' | 'over';
  /** Points in it, those in open orders too. */
  readonly points: bigint;
  /** Whether there is a later keyset now that points can move into. */
  readonly canMove: boolean;
  /** When the wallet moves them, denomination by denomination. */
  readonly moves: readonly Move[];
  /** What will not move: it is spent by then, or not at all. */
  readonly vouchers: readonly VoucherCount[];
  readonly ballots: readonly BallotCount[];
}

/** Each keyset of which the wallet has coins; those that end first before others. */
export function keysetViews(context: WalletContext, state: WalletState, now: bigint): KeysetView[] {
  const moves = plannedMoves(context, state, now);
  return [...context.charter.keysets]
    .sort((a, b) => Number(a.entry.redeemUntil - b.entry.redeemUntil) || a.id - b.id)
    .flatMap((keyset): KeysetView[] => {
      const coins = state.coins.filter(({ place }) => place.keyset === keyset.id);
      if (coins.length === 0) return [];
      const { issueUntil, redeemUntil } = keyset.entry;
      return [
        {
          keyset: keyset.id,
          spendUntil: redeemUntil,
          stage: now >= redeemUntil ? 'over' : now >= issueUntil ? 'ending' : 'issuing',
          points: sum(coins),
          canMove: now < redeemUntil && hasLater(context.charter, keyset, now),
          moves: moves.filter((move) => move.keyset === keyset.id),
          ...coinCounts(coins),
        },
      ];
    });
}

import type { WalletContext } from './spend.js';
import { goesOn } from './missing.js';
import { sum } from './state.js';
import type { Coin, VoucherCount, WalletState } from './state.js';

/** So many ballots of a campaign. */
export interface BallotCount {
  readonly campaign: number;
  readonly count: number;
}

/** What a wallet has. */
export interface Balance {
  /** Points that can be spent now. */
  readonly points: bigint;
  /** Points in open orders that are not decided. */
  readonly held: bigint;
  readonly vouchers: readonly VoucherCount[];
  readonly ballots: readonly BallotCount[];
  /** How many orders are open and go on. */
  readonly pending: number;
}

/**
 * What can be spent at this time: coins of at least q components that no open order spends (WALLET-30). Of those that
 * are unproven, point coins do not count (RESTORE-13).
 */
export function balanceOf(context: WalletContext, state: WalletState, now: bigint): Balance {
  const quorums = new Map(
    context.charter.keysets.filter(({ entry }) => now < entry.redeemUntil).map(({ id, quorum }) => [id, quorum]),
  );
  const spendable = state.coins.filter(({ place, kind, components, spentBy, unproven }) => {
    const quorum = quorums.get(place.keyset);
    const counts = kind.type !== 'points' || unproven === undefined;
    return counts && spentBy === undefined && quorum !== undefined && components.size >= quorum;
  });
  return {
    points: sum(spendable),
    held: sum(state.coins.filter(({ spentBy }) => spentBy !== undefined)),
    ...coinCounts(spendable),
    pending: state.orders.filter((open) => goesOn(context, state, open)).length,
  };
}

/** Vouchers and ballots, counted. */
export function coinCounts(coins: readonly Coin[]): Pick<Balance, 'vouchers' | 'ballots'> {
  return {
    vouchers: counted(coins, ({ kind }) => (kind.type === 'voucher' ? kind.offer : undefined)).map(
      ([offer, count]) => ({ offer, count }),
    ),
    ballots: counted(coins, ({ kind }) => (kind.type === 'ballot' ? kind.campaign : undefined)).map(
      ([campaign, count]) => ({ campaign, count }),
    ),
  };
}

function counted(coins: readonly Coin[], of: (coin: Coin) => number | undefined): [number, number][] {
  const counts = new Map<number, number>();
  for (const coin of coins) {
    const id = of(coin);
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

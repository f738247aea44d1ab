import { isSpendable, goesOn } from '../../machine/wallet/missing.js';
import { candidates, freeCoins, redeemable } from '../../machine/wallet/select.js';
import { recordOf, sum } from '../../machine/wallet/state.js';
import type { HistoryRecord, OpenOrder } from '../../machine/wallet/state.js';
import { Wallet } from '../wallet.js';

/**
 * How far an open order is: *claiming*: the store has shown no order yet; *waiting*: it is signed or shown, and not decided;
 * *arriving*: it is certified, and its coins can't be spent yet; *completing*: they can, a component is missing.
 */
export type OpenStage = 'claiming' | 'waiting' | 'arriving' | 'completing';

/** An order that is open and goes on. */
export interface OpenOrderView extends HistoryRecord {
  readonly stage: OpenStage;
  /** The store that gives or is paid. */
  readonly store?: number;
  /** The owner was told that the store paid does not wait any more. */
  readonly late: boolean;
}

/** A basket with which the wallet goes on. */
export interface OpenBasketView {
  readonly store: number;
  readonly since: bigint;
  /** As the functions of `@ronde/wallet/basket` take it. It has the basket's secret in it. */
  readonly link: string;
}

/** Baskets with which the wallet goes on, the oldest first. */
export function viewBaskets(wallet: Wallet): OpenBasketView[] {
  const { baskets } = Wallet.inside(wallet).state;
  return (baskets ?? []).map(({ store, base, id, secret, since }) => ({ store, since, link: `${base}/b/${id}#${secret}` }));
}

/** Orders that are open and go on, the oldest first. */
export function viewOpenOrders(wallet: Wallet): OpenOrderView[] {
  const { context, state } = Wallet.inside(wallet);
  const stageOf = (open: OpenOrder): OpenStage => {
    if (open.certificate !== undefined) return isSpendable(context, state, open) ? 'completing' : 'arriving';
    return open.order === undefined ? 'claiming' : 'waiting';
  };
  return state.orders
    .filter((open) => goesOn(context, state, open))
    .map((open) => ({
      ...recordOf(open, 'open'),
      stage: stageOf(open),
      ...('store' in open.about ? { store: open.about.store } : {}),
      late: open.told === true,
    }));
}

/** The digests of certified payments of which the store that was paid has not said what became of them. */
export function viewUnsettled(wallet: Wallet): string[] {
  return (Wallet.inside(wallet).state.payments ?? []).map(({ digest }) => digest);
}

/**
 * The most points that one payment can take: coins of one keyset that q common witnesses know. A wallet whose points are in
 * two keysets has more than that in all.
 */
export function mostInOneOrder(wallet: Wallet): bigint {
  const core = Wallet.inside(wallet);
  let most = 0n;
  for (const { id, witnesses, quorum } of redeemable(core.charter, core.now())) {
    const free = freeCoins(core.state, id);
    for (const set of candidates(free, witnesses.length, quorum)) {
      const known = free.filter(({ components }) => bitsOf(set).every((index) => components.has(index)));
      const points = sum(known);
      if (points > most) most = points;
    }
  }
  return most;
}

function bitsOf(set: number): number[] {
  return Array.from({ length: 32 }, (_, index) => index).filter((index) => (set >>> index) & 1);
}

import type { VoucherCount } from '../../../src/index.js';
import type { BasketProgress, BasketView } from '../../../src/wallet/basket/index.js';
import { earnedBeside, moneyBeside } from '../../../src/wallet/view/index.js';
import type { OfferView } from '../../../src/wallet/view/index.js';
import { worthOf } from './amount.js';
import type { BasketStage, BasketScreen, KeptReceipt } from '../model.js';

/** What a basket comes to with what its owner chooses, or has chosen. */
export interface Bill {
  readonly total: bigint;
  /** Paid with points, vouchers too. */
  readonly paid: bigint;
  /** Left to be paid in money. */
  readonly left: bigint;
  readonly earns: bigint;
}

/** What a choice comes to, by the rate that the shop has shown; once the shop has decided, by its word. */
export function billOf({ basket, stage, points, vouchers }: BasketScreen, offers: readonly OfferView[]): Bill {
  const total = basket.totalCents;
  const paid = points + worthOf(vouchers, offers);
  if (stage === 'choose') return { total, paid, left: moneyBeside(basket, paid), earns: earnedBeside(basket, paid) };
  // What is there to be claimed is what counts.
  const earns = basket.grant?.terms.points ?? basket.earns.points;
  return { total, paid, left: basket.payCents, earns: basket.state === 'complete' && basket.grant === undefined ? 0n : earns };
}

/** How far a basket is. `mustWait`: what it earned may only come once the words are written down. */
export function stageOf(basket: BasketView | BasketProgress, mustWait: boolean): BasketStage {
  if (basket.state === 'cancelled') return 'cancelled';
  if (basket.state !== 'complete') return 'wait';
  const claim = 'claim' in basket ? basket.claim : undefined;
  if (claim === 'pending') return 'coming';
  return claim === undefined && basket.grant?.state === 'open' ? (mustWait ? 'backup' : 'coming') : 'done';
}

/** Whether anything of this wallet can go towards the offer. */
export function canPay(most: bigint, max: bigint, held: readonly VoucherCount[], offers: readonly OfferView[]): boolean {
  return most > 0n || held.some(({ offer, count }) => count > 0 && worthOf([{ offer, count: 1 }], offers) <= max);
}

/** The receipt that came with a grant, a checkout or a basket of this name in the history: they have one id. */
export function receiptOf(name: string | undefined, receipts: readonly KeptReceipt[]): KeptReceipt | undefined {
  const id = idOf(name);
  return id === undefined ? undefined : receipts.find((receipt) => idOf(receipt.name) === id);
}

const idOf = (name: string | undefined): string | undefined => name?.split('/').at(-1);

/** The host of an address, for its owner to see before it is followed (WALLET-50). */
export function hostOf(address: string): string {
  return new URL(address).host;
}

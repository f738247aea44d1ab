import type { GrantTerms, OpenBasket, TakenReceipt, WalletState } from './state.js';

/** How a basket stands with its store (chapter 32). */
export type BasketState = 'open' | 'settled' | 'complete' | 'cancelled' | 'expired';

/** So many euro cents for so many points. */
export interface PointValue {
  readonly cents: bigint;
  readonly points: bigint;
}

/** By what a basket earns: hundredths of a point for each so many cents, at most so many points. */
export interface EarnRate {
  readonly hundredths: bigint;
  readonly cents: bigint;
  readonly most: bigint;
}

/** What is known of a basket that its sums follow from. */
export interface BasketSums {
  readonly totalCents: bigint;
  readonly eligibleCents: bigint;
  readonly pointValue: PointValue;
  readonly rate?: EarnRate;
}

/** For how long a wallet says that it has a receipt (RECEIPT-6): seconds. */
const RECEIPT_AGE = 7n * 86_400n;

/** What is left to be paid in money beside so many points, vouchers too: their worth is rounded down. */
export function moneyBeside({ totalCents, pointValue: { cents, points } }: BasketSums, paid: bigint): bigint {
  const left = totalCents - (paid * cents) / points;
  return left > 0n ? left : 0n;
}

/** Points that the basket earns if so many are paid, vouchers too: their worth is rounded up (chapter 15, "Baskets"). */
export function earnedBeside({ eligibleCents, pointValue, rate }: BasketSums, paid: bigint): bigint {
  if (rate === undefined || rate.cents === 0n) return 0n;
  const worth = (paid * pointValue.cents + pointValue.points - 1n) / pointValue.points;
  const net = eligibleCents > worth ? eligibleCents - worth : 0n;
  const earned = (net * rate.hundredths) / (100n * rate.cents);
  return earned < rate.most ? earned : rate.most;
}

/** The name under which a basket is remembered. */
export function basketName(base: string, id: string): string {
  return `${base}/b/${id}`;
}

/** The basket with which the wallet goes on. */
export function openBasket(state: WalletState, base: string, id: string): OpenBasket | undefined {
  return state.baskets?.find((basket) => basket.base === base && basket.id === id);
}

/** Writes a basket down; one that is there stays as it is. */
export function addBasket(state: WalletState, basket: OpenBasket): WalletState {
  if (openBasket(state, basket.base, basket.id) !== undefined) return state;
  return { ...state, baskets: [...(state.baskets ?? []), basket] };
}

export function forgetBasket(state: WalletState, { base, id }: OpenBasket): WalletState {
  return { ...state, baskets: (state.baskets ?? []).filter((basket) => basket.base !== base || basket.id !== id) };
}

/** The receipt of the same grant or basket, in the list of receipts of which a store is to be told. */
const isSame = (a: TakenReceipt, b: TakenReceipt): boolean => a.of === b.of && a.base === b.base && a.id === b.id;

/** Whether a receipt was taken before, and its store was not told yet: its owner may have deleted it meanwhile. */
export function isTaken({ receipts }: WalletState, receipt: TakenReceipt): boolean {
  return receipts?.some((known) => isSame(known, receipt)) === true;
}

export function addReceipt(state: WalletState, receipt: TakenReceipt): WalletState {
  return isTaken(state, receipt) ? state : { ...state, receipts: [...(state.receipts ?? []), receipt] };
}

export function forgetReceipt(state: WalletState, receipt: TakenReceipt): WalletState {
  return { ...state, receipts: (state.receipts ?? []).filter((known) => !isSame(known, receipt)) };
}

/** Whether a store has deleted a receipt by itself. */
export function isReceiptOver({ since }: TakenReceipt, now: bigint): boolean {
  return now > since + RECEIPT_AGE;
}

/** Whether a grant of these terms gives anything. */
export function givesAnything({ points, ballot, vouchers }: GrantTerms): boolean {
  return points > 0n || ballot !== undefined || vouchers.length > 0;
}

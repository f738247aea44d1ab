/**
 * Baskets: one link for paying with points and earning on the rest (chapter 32). Whoever pays or declines one goes on with it by
 * {@link followBasket} until it is over; `Wallet.resume` does so too.
 *
 * @packageDocumentation
 */
export { declineBasket, followBasket, payBasket, viewBasket } from './basket.js';
export type { BasketProgress, BasketView } from './basket.js';
export type { BasketState, BasketSums, EarnRate, PointValue } from '../../machine/wallet/basket.js';

/**
 * What an app shows beside what a {@link Wallet} does: names of the charter, what an order is about, how much one payment can
 * carry, and what stores and witnesses hold of an order. Nothing here changes a wallet.
 *
 * @packageDocumentation
 */
export { earnedBeside, moneyBeside } from '../../machine/wallet/basket.js';
export { viewCharter, viewStores } from './charter.js';
export type { CampaignView, CharterView, OfferView, StoreView } from './charter.js';
export { viewCheckout, viewGrant } from './link.js';
export type { CheckoutView, GrantView } from './link.js';
export { mostInOneOrder, viewBaskets, viewOpenOrders, viewUnsettled } from './orders.js';
export type { OpenBasketView, OpenOrderView, OpenStage } from './orders.js';
export { viewRecord } from './record.js';
export type { RecordedCoin, RecordedOrder } from './record.js';

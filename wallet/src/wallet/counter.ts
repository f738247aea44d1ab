/*
 * What a wallet does at a counter beside claiming and paying, in one piece that a bundler can load when it is wanted: going on
 * with baskets, and taking receipts.
 */
export { followBaskets } from './basket/pursue.js';
export { takeClaimed } from './basket/receipt.js';

/*
 * What a wallet does seldom, in one piece that a bundler can load when it is wanted: being made, restoring, recovering, giving,
 * voting, exchanging, moving points into a later keyset, giving up what another order killed, and asking for what is due, what
 * holds an order up, and what became of payments.
 */
export { startDonation, startVote } from '../machine/wallet/give.js';
export { startSwap } from '../machine/wallet/swap.js';
export { askDue } from './ask-due.js';
export { provenDead } from './conflict.js';
export { completeInputs } from './held-up.js';
export { makeCore } from './make.js';
export { moveDue } from './move.js';
export { prove } from './prove.js';
export { recoverOrder } from './recovery.js';
export { findPayment } from './payment.js';
export { askRefunds } from './refunds.js';
export { search } from './search.js';

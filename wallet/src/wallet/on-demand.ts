/*
 * What a wallet does seldom, in one piece that a bundler can load when it is wanted: being made, restoring, recovering,
 * moving points into a later keyset, and asking for what is due or holds an order up.
 */
export { askDue } from './ask-due.js';
export { completeInputs } from './held-up.js';
export { makeCore } from './make.js';
export { moveDue } from './move.js';
export { prove } from './prove.js';
export { recoverOrder } from './recovery.js';
export { search } from './search.js';

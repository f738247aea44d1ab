/*
 * What a wallet does seldom, in one piece that a bundler can load when it is wanted: being made, restoring, recovering,
 * and moving points into a later keyset.
 */
export { makeCore } from './make.js';
export { moveDue } from './move.js';
export { prove } from './prove.js';
export { recoverOrder } from './recovery.js';
export { search } from './search.js';

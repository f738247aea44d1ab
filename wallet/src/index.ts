/**
 * Wallet library of Ronde: points as coins in the customer's own wallet. Begin with {@link Wallet}.
 *
 * @packageDocumentation
 */
export { readWords, RondeError, writeWords } from './crypto/index.js';
export type { ErrorDetail, Fault, WordList } from './crypto/index.js';
export * from './wallet/index.js';

/** @packageDocumentation Wallet library of Ronde: see README.md for the layers. */
export * from './crypto/index.js';
export * from './message/index.js';
export * from './wallet/index.js';

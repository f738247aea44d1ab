/**
 * What a wallet needs under Node beside the library itself: a folder to live in.
 *
 * @module
 */

export { FileStorage } from './file-storage.js';

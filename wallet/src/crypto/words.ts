import { sha256 } from '@noble/hashes/sha2.js';
import { expectLength } from './bytes.js';
import { CryptoError, RondeError } from './error.js';

/**
 * A list of BIP-39's words: `@ronde/wallet/words/english` and `@ronde/wallet/words/french` have those in which a seed is
 * shown (COIN-3). An app loads only those that it offers.
 */
export type WordList = readonly string[];

const COUNT = 24;

/** A list's words in NFKD, as what is read is compared with them. */
function normalized(list: WordList): string[] {
  if (list.length !== 2048) throw new RondeError('bad-word-list', 'a list has 2,048 words', { fault: 'caller' });
  return list.map((word) => word.normalize('NFKD'));
}

/** WriteWords: the 24 words of BIP-39 that encode the seed's bits (COIN-3, COIN-4). */
export function writeWords(seed: Uint8Array, list: WordList): string {
  expectLength(seed, 32, 'a seed');
  const all = normalized(list);
  const bits = bitsOf(seed) + bitsOf(sha256(seed).subarray(0, 1));
  const words = Array.from({ length: COUNT }, (_, i) => all[parseInt(bits.slice(i * 11, i * 11 + 11), 2)] as string);
  return words.join(' ');
}

/** ReadWords: the seed; refuses with `bad-word-count`, `unknown-word` or `invalid-checksum` (COIN-5). */
export function readWords(text: string, list: WordList): Uint8Array {
  const words = text
    .normalize('NFKD')
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== '');
  if (words.length !== COUNT) throw new CryptoError('bad-word-count');
  const all = normalized(list);
  let bits = '';
  for (const word of words) {
    const number = all.indexOf(word);
    if (number < 0) throw new CryptoError('unknown-word');
    bits += number.toString(2).padStart(11, '0');
  }
  const bytes = Uint8Array.from({ length: 33 }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
  const seed = bytes.slice(0, 32);
  if (sha256(seed)[0] !== bytes[32]) throw new CryptoError('invalid-checksum');
  bytes.fill(0);
  return seed;
}

function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
}

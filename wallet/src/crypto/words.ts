import { sha256 } from '@noble/hashes/sha2.js';
import { expectLength } from './bytes.js';
import { CryptoError } from './error.js';
import { ENGLISH } from './words-english.js';
import { FRENCH } from './words-french.js';
import { unpackWords } from './words-packing.js';

/** The languages in which a seed can be shown (COIN-3). */
export type Language = 'english' | 'french';

const COUNT = 24;

/** The 2,048 words of a list, in NFKD. */
function listOf(language: Language): readonly string[] {
  return unpackWords(language === 'english' ? ENGLISH : FRENCH).map((word) => word.normalize('NFKD'));
}

/** WriteWords: the 24 words of BIP-39 that encode the seed's bits (COIN-3, COIN-4). */
export function writeWords(seed: Uint8Array, language: Language): string {
  expectLength(seed, 32, 'a seed');
  const list = listOf(language);
  const bits = bitsOf(seed) + bitsOf(sha256(seed).subarray(0, 1));
  const words = Array.from({ length: COUNT }, (_, i) => list[parseInt(bits.slice(i * 11, i * 11 + 11), 2)] as string);
  return words.join(' ');
}

/** ReadWords: the seed; refuses with `bad-word-count`, `unknown-word` or `invalid-checksum` (COIN-5). */
export function readWords(text: string, language: Language): Uint8Array {
  const words = text
    .normalize('NFKD')
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== '');
  if (words.length !== COUNT) throw new CryptoError('bad-word-count');
  const list = listOf(language);
  let bits = '';
  for (const word of words) {
    const number = list.indexOf(word);
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

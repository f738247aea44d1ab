import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { WordList } from '../crypto/words.js';

/** The English words of BIP-39, in which a seed can be shown and read (COIN-3). */
export const english: WordList = wordlist;

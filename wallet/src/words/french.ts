import { wordlist } from '@scure/bip39/wordlists/french.js';
import type { WordList } from '../crypto/words.js';

/** The French words of BIP-39, in which a seed can be shown and read (COIN-3). */
export const french: WordList = wordlist;

// The packed word lists are those of BIP-39, by the hashes that the specification gives (chapter 04).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { ENGLISH } from '../dist/crypto/words-english.js';
import { FRENCH } from '../dist/crypto/words-french.js';
import { unpackWords } from '../dist/crypto/words-packing.js';
import { readWords, writeWords } from '../dist/crypto/words.js';

const lists = [
  ['english', ENGLISH, '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda'],
  ['french', FRENCH, 'ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59'],
];

for (const [language, packed, hash] of lists) {
  it(`unpacks the ${language} list as BIP-39 has it`, () => {
    const text = unpackWords(packed).map((word) => `${word.normalize('NFKD')}\n`).join('');
    assert.equal(createHash('sha256').update(text).digest('hex'), hash);
  });

  it(`reads what it writes in ${language}`, () => {
    for (let i = 0; i < 20; i++) {
      const seed = createHash('sha256').update(`${language} ${i}`).digest();
      assert.deepEqual(Buffer.from(readWords(writeWords(seed, language), language)), seed);
    }
  });
}

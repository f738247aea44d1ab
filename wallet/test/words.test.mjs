// The word lists are those of BIP-39, by the hashes that the specification gives (chapter 04).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { readWords, writeWords } from '../dist/index.js';
import { english } from '../dist/words/english.js';
import { french } from '../dist/words/french.js';

const lists = [
  ['english', english, '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda'],
  ['french', french, 'ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59'],
];

for (const [language, list, hash] of lists) {
  it(`has the ${language} list of BIP-39`, () => {
    const text = list.map((word) => `${word.normalize('NFKD')}\n`).join('');
    assert.equal(createHash('sha256').update(text).digest('hex'), hash);
  });

  it(`reads what it writes in ${language}`, () => {
    for (let i = 0; i < 20; i++) {
      const seed = createHash('sha256').update(`${language} ${i}`).digest();
      assert.deepEqual(Buffer.from(readWords(writeWords(seed, list), list)), seed);
    }
  });
}

it('refuses what is no list', () => {
  assert.throws(() => writeWords(new Uint8Array(32), english.slice(1)), { code: 'bad-word-list' });
});

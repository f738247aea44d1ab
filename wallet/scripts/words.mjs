// Packs the word lists of BIP-39 into src/crypto. Build first: it uses the model of src/crypto/words-packing.ts.
import { writeFileSync } from 'node:fs';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { BitModel, splitRange } from '../dist/crypto/words-packing.js';

function frontCode(words) {
  let before = '';
  let text = '';
  for (const word of words.map((each) => each.normalize('NFC'))) {
    let shared = 0;
    while (shared < before.length && before[shared] === word[shared]) shared++;
    text += String.fromCharCode(65 + shared) + word.slice(shared);
    before = word;
  }
  return text;
}

function code(text, alphabet) {
  const model = new BitModel();
  const bytes = [];
  let [low, high, before] = [0, 0xffffffff, 0];
  for (const letter of text) {
    const symbol = alphabet.indexOf(letter);
    let node = 1;
    for (let i = 5; i >= 0; i--) {
      const bit = (symbol >> i) & 1;
      const place = before * 64 + node;
      const middle = splitRange(low, high, model.odds(place));
      if (bit === 1) high = middle;
      else low = middle + 1;
      while (low >>> 24 === high >>> 24) {
        bytes.push(low >>> 24);
        low = (low % 2 ** 24) * 256;
        high = (high % 2 ** 24) * 256 + 255;
      }
      model.update(place, bit);
      node = 2 * node + bit;
    }
    before = symbol;
  }
  bytes.push(low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255);
  return Buffer.from(bytes).toString('base64');
}

for (const [name, words] of Object.entries({ english, french })) {
  const text = frontCode(words);
  const alphabet = [...new Set(text)].sort().join('');
  const lines = code(text, alphabet).match(/.{1,110}/g).map((line) => `'${line}'`);
  writeFileSync(
    new URL(`../src/crypto/words-${name}.ts`, import.meta.url),
    `import type { PackedWords } from './words-packing.js';

/** The ${name} words of BIP-39, packed by scripts/words.mjs. */
export const ${name.toUpperCase()}: PackedWords = {
  alphabet: '${alphabet}',
  length: ${text.length},
  code:
    ${lines.join(' +\n    ')},
};
`,
  );
}

// Writes the word lists of BIP-39 into src/crypto, front-coded: for each word a letter that says how many letters it
// shares with the word before ("A" none, "B" one, ...), then the others.
import { writeFileSync } from 'node:fs';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';

function pack(words) {
  let before = '';
  let packed = '';
  for (const word of words.map((each) => each.normalize('NFC'))) {
    let shared = 0;
    while (shared < before.length && before[shared] === word[shared]) shared++;
    packed += String.fromCharCode(65 + shared) + word.slice(shared);
    before = word;
  }
  return packed;
}

for (const [name, words] of Object.entries({ english, french })) {
  const lines = `/** The ${name} words of BIP-39, packed by scripts/words.mjs: unpack with \`unpackWords\`. */
export const ${name.toUpperCase()} =
  '${pack(words)}';
`;
  writeFileSync(new URL(`../src/crypto/words-${name}.ts`, import.meta.url), lines);
}

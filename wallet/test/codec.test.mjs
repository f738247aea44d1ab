// Every message of the vectors, spoiled at random: what is read is written again in the same bytes, and what is not
// read is refused with a place inside the bytes.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fromHex } from '../dist/crypto/index.js';
import { Writer } from '../dist/message/codec.js';
import { decodeMessage, encode, EncodingError, MESSAGES, vote, certificate } from '../dist/message/index.js';

const { groups } = JSON.parse(readFileSync(new URL('../../test-vectors/encodings.json', import.meta.url), 'utf8'));
const valid = groups[0].tests.filter(({ result }) => result === 'valid').map(({ input }) => input);

/** A small generator, so that a failure can be repeated from its seed. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

it('spoiled messages are read in full or refused at a place', () => {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
  const random = generator(seed);
  for (const { message, bytes } of valid) {
    for (let i = 0; i < 60; i++) {
      const spoiled = fromHex(bytes);
      for (let j = random(3); j >= 0; j--) spoiled[random(spoiled.length)] = random(256);
      const cut = random(4) === 0 ? spoiled.subarray(0, random(spoiled.length)) : spoiled;
      try {
        const value = decodeMessage(MESSAGES[message], cut);
        assert.deepEqual(encode(MESSAGES[message].codec, value), cut, `${message}, SEED=${seed}`);
      } catch (error) {
        assert.ok(error instanceof EncodingError, `${message}, SEED=${seed}: ${error}`);
        assert.ok(error.offset <= cut.length, `${message}, SEED=${seed}: ${error}`);
      }
    }
  }
});

it('refuses to write a list above its bound', () => {
  const votes = Array.from({ length: 32 }, (_, index) => ({ index, signature: new Uint8Array(64) }));
  const too = { keyset: 1, digest: new Uint8Array(32), votes };
  assert.throws(() => encode(certificate, too), { code: 'too-long' });
});

it('refuses to write a number beyond its width', () => {
  assert.throws(() => encode(vote, { index: 256, signature: new Uint8Array(64) }), { code: 'out-of-range' });
});

it('a writer keeps nothing of what it wrote', () => {
  const writer = new Writer();
  writer.bytes(new Uint8Array(1000).fill(7));
  assert.deepEqual([...new Set(writer.finish())], [7]);
  assert.deepEqual([...new Set(writer.finish())], [0]);
});

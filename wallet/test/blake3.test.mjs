// Our BLAKE3 against that of @noble/hashes, over every length at which something changes.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { blake3 } from '@noble/hashes/blake3.js';
import { blake3DeriveKey } from '../dist/crypto/blake3.js';

const context = new TextEncoder().encode('ronde/1 order digest');
const near = (n) => [n - 1, n, n + 1];
const lengths = [0, 1, ...[64, 128, 1024, 2048, 3072, 4096, 8192, 16384].flatMap(near), 7 * 1024, 100_000];
const bytes = (length) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

it('derives the same keys as another implementation from material of every length', () => {
  for (const length of lengths) {
    const ours = blake3DeriveKey(context, bytes(length))(200);
    assert.deepEqual(ours, blake3(bytes(length), { context, dkLen: 200 }), `${length} bytes`);
  }
});

it('takes contexts of every length', () => {
  for (const length of lengths) {
    assert.deepEqual(blake3DeriveKey(bytes(length), context)(32), blake3(context, { context: bytes(length) }));
  }
});

it('gives the same output in pieces as at once', () => {
  const whole = blake3DeriveKey(context, bytes(77))(500);
  const read = blake3DeriveKey(context, bytes(77));
  const pieces = [1, 63, 64, 65, 0, 7, 300].map((length) => [...read(length)]).flat();
  assert.deepEqual(Uint8Array.from(pieces), whole);
});

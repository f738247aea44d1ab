// Secrets do not show themselves, and are gone when they are wiped.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { it } from 'node:test';
import { SecretScalar, SigningKey, splitEntropy, toHex } from '../dist/crypto/index.js';

const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i < 31 ? i + 1 : 1));

it('a secret scalar is not printed by anything', () => {
  const secret = SecretScalar.decode(bytes);
  for (const shown of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { depth: 5, showHidden: true })]) {
    assert.ok(!shown.includes(toHex(bytes)) && !shown.includes(String(secret.expose())), shown);
  }
});

it('a signing key is not printed by anything', () => {
  const key = SigningKey.fromSeed(bytes);
  for (const shown of [`${key}`, JSON.stringify({ key }), inspect({ key }, { depth: 5, showHidden: true })]) {
    assert.ok(!shown.includes(toHex(bytes)) && !shown.includes('1,2,3'), shown);
  }
});

it('a wiped secret scalar can not be used', () => {
  const secret = SecretScalar.decode(bytes);
  secret.wipe();
  assert.throws(() => secret.toBytes());
});

it('split entropy is used up', () => {
  const entropy = bytes.slice();
  const pieces = splitEntropy(entropy, 2);
  assert.deepEqual(entropy, new Uint8Array(32));
  assert.notDeepEqual(pieces[0], pieces[1]);
});

it('errors say nothing of the bytes that they are about', () => {
  const large = new Uint8Array(32).fill(0xee);
  assert.throws(
    () => SecretScalar.decode(large),
    (error) => error.code === 'non-canonical-scalar' && !inspect(error).includes('eeee'),
  );
});

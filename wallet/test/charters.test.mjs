// What was proven of a charter is not proven again, and what was not is.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Charter } from '../dist/message/charter-chain.js';
import { Keyset } from '../dist/message/keyset.js';
import { fetchChain } from '../dist/wallet/charters.js';
import { StoreClient } from '../dist/wallet/store-client.js';
import { Federation } from './support/federation.mjs';

const fetched = (federation, held) =>
  fetchChain(new StoreClient(federation.fetch), federation.addresses[0], federation.body.federation, held);

/** A federation with one version more. */
function grown() {
  const federation = new Federation({ keysets: 2 });
  federation.chain.push(federation.nextVersion({ issued: federation.body.issued + 1n }));
  return federation;
}

describe('a chain of charters', () => {
  it('has each keyset checked once', (t) => {
    const { chain, body } = grown();
    const check = t.mock.method(Keyset, 'check');
    const charter = Charter.walk(body.federation, chain);
    assert.deepEqual(check.mock.calls.map(({ arguments: [{ id }] }) => id), [1, 2]);
    assert.deepEqual(charter.keysets.map(({ id }) => id), [1, 2]);
  });

  it('refuses a keyset that changed', () => {
    const federation = grown();
    const [genesis, { body }] = federation.chain;
    const [first, ...keysets] = body.keysets;
    const changed = { ...first, redeemUntil: first.redeemUntil + 1n };
    const next = federation.sign({ ...body, keysets: [changed, ...keysets] });
    assert.throws(() => Charter.walk(body.federation, [genesis, next]), { code: 'keyset-changed' });
  });

  it('that goes on from the one held is walked from there', async (t) => {
    const federation = grown();
    const held = await fetched(federation);
    federation.chain.push(federation.nextVersion({ issued: federation.body.issued + 2n }));
    const genesis = t.mock.method(Charter, 'genesis');
    const longer = await fetched(federation, held);
    assert.deepEqual([longer.charter.version, longer.versions.length, genesis.mock.callCount()], [3n, 3, 0]);
  });

  it('that differs from the one held is walked from its first', async (t) => {
    const federation = grown();
    const held = await fetched(federation);
    const last = federation.chain.pop();
    federation.chain.push(federation.sign({ ...last.body, issued: last.body.issued + 5n }));
    const genesis = t.mock.method(Charter, 'genesis');
    assert.equal((await fetched(federation, held)).charter.version, 2n);
    assert.equal(genesis.mock.callCount(), 1);
    // A signature that is not good is found, though the body is the one held.
    const { body, signatures } = last;
    federation.chain[1] = { body, signatures: signatures.map((one) => ({ ...one, signature: signatures[0].signature })) };
    await assert.rejects(fetched(federation, held), { code: 'signature' });
  });
});

// How a wallet that searches reads the buckets of the witnesses (chapter 20, Ask).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoinSecrets } from '../dist/machine/wallet/index.js';
import * as message from '../dist/message/index.js';
import { readWallet } from '../dist/machine/wallet/saved.js';
import { askBucket } from '../dist/wallet/ask-bucket.js';
import { TransportError } from '../dist/wallet/http-error.js';
import { randomOf } from './support/federation.mjs';
import { seed, setUp } from './support/wallets.mjs';

/**
 * An order of a wallet, and a store that gives the witnesses' buckets with it: `lengths` says how many pages each has, one
 * entry a page; Infinity for a bucket without end. All entries are of that order, under other B; a bucket of one page has
 * the order's own B besides.
 */
async function bucketsOf(lengths, evaluate = (federation, witness, held) => federation.evaluation(witness, held)) {
  const { federation, storage, wallet } = await setUp();
  const { order: digest } = await wallet.claim(federation.grant(1));
  const saved = readWallet((await storage.load()).bytes);
  const secrets = CoinSecrets.of(saved.seed, saved.federation);
  const { blinded } = secrets.publicAt({ keyset: 1, device: 0, order: 0n, slot: 0 });
  const keyset = federation.charter.keyset(1);
  const held = federation.orders.get(digest);
  const certified = { order: held.checked.order, certificate: held.certificate };
  const read = [];
  const pages = async (base, index, query) => {
    assert.equal(base, 'store');
    // The other B end with the number of their page, counted from 1.
    const position = query.after === null ? 0 : Buffer.from(query.after.blinded).readUInt32BE(28);
    read.push([index, position]);
    const other = new Uint8Array(32);
    new DataView(other.buffer).setUint32(28, position + 1);
    const more = position + 1 < lengths[index];
    const witness = federation.witnesses.get(1)[index];
    const evaluation = evaluate(federation, witness, held);
    const shown = position === 0 && !more ? [other, blinded] : [other];
    const entries = shown.map((each) => ({ blinded: each, certified, evaluation }));
    return [message.signPage(witness.vote, keyset, index, query, entries, more)];
  };
  return { federation, keyset, blinded, pages, read, charter: federation.charter };
}

/** Asks with a random order of witnesses that is the same each time. */
function asker({ charter, keyset, blinded, pages }, bounds, order = 0) {
  const random = randomOf(`${seed} ask ${order}`);
  const core = { charter, random, alive: () => undefined };
  return askBucket(core, { pages }, 'store', { keyset, bits: 0, blinded }, bounds);
}

describe('Ask', () => {
  const bounds = { patience: 2, pages: 16 };
  const countsOf = (read) => [0, 1, 2, 3].map((index) => read.filter(([of]) => of === index).length);

  it('reads a bucket without end no further than the others take, whatever its witness comes at', async () => {
    for (let order = 0; order < 4; order += 1) {
      const all = await bucketsOf([Infinity, 1, 1, 1]);
      const found = await asker(all, bounds, order);
      assert.deepEqual(found.map(({ evaluations }) => evaluations.length), [3]);
      const [liar, ...others] = countsOf(all.read);
      assert.deepEqual(others, [1, 1, 1]);
      assert.ok(liar === 0 || liar === 2, `${liar}`);
    }
  });

  it('goes on with those put aside from where they stopped, with twice the patience each time', async () => {
    const all = await bucketsOf([5, 5, 5, Infinity]);
    await asker(all, bounds);
    const [a, b, c, liar] = countsOf(all.read);
    assert.deepEqual([a, b, c], [5, 5, 5]);
    assert.ok(liar === 4 || liar === 8, `${liar}`);
    // No page is asked for twice.
    assert.equal(new Set(all.read.map(String)).size, all.read.length);
    const order = all.read.filter(([, position]) => position === 0).map(([index]) => index);
    const again = all.read.filter(([, position]) => position === 2).map(([index]) => index);
    assert.deepEqual(again, order);
  });

  it('leaves out a witness whose bucket has not ended after the most pages', async () => {
    const all = await bucketsOf([1, 1, Infinity, Infinity]);
    await assert.rejects(asker(all, bounds), { code: 'too-few' });
    assert.deepEqual(countsOf(all.read), [1, 1, 16, 16]);
  });

  it('leaves out a bucket without end once it is twice as long as others, though an evaluation is missing for good', async () => {
    const all = await bucketsOf([1, 1, 1, Infinity], (federation, witness, held) => {
      const [liar, { poprf }] = federation.witnesses.get(1);
      return federation.evaluation(witness === liar ? { ...liar, poprf } : witness, held);
    });
    const [{ evaluations }] = await asker(all, bounds);
    // One of them is bad: it goes along as evidence. The order is found all the same.
    assert.equal(evaluations.length, 3);
    assert.deepEqual(countsOf(all.read), [1, 1, 1, 2]);
  });

  it('reads pages that came and were not read first when the turn comes again, and asks for none twice', async () => {
    const all = await bucketsOf([6, 6, 6, 6]);
    let calls = 0;
    const pages = async (base, index, query) => {
      calls += 1;
      const first = await all.pages(base, index, query);
      const [{ entries, more }] = first;
      if (!more) return first;
      const { blinded, certified } = entries.at(-1);
      const after = { blinded, digest: message.orderDigest(certified.order) };
      return [...first, ...(await all.pages(base, index, { ...query, after }))];
    };
    await asker({ ...all, pages }, { patience: 1, pages: 16 });
    assert.equal(new Set(all.read.map(String)).size, all.read.length);
    assert.equal(calls, all.read.length / 2);
  });

  it('refuses if the store can not be reached any more, though a quorum was read', async () => {
    const all = await bucketsOf([1, 1, 1, 1], (federation, witness, held) => {
      const [liar, { poprf }] = federation.witnesses.get(1);
      return federation.evaluation(witness === liar ? { ...liar, poprf } : witness, held);
    });
    for (let order = 0; order < 8; order += 1) {
      let calls = 0;
      const pages = async (...call) => {
        calls += 1;
        if (calls === 4) throw new TransportError('unreachable', 'nobody');
        return all.pages(...call);
      };
      const asked = asker({ ...all, pages }, bounds, order);
      await asked.then(() => assert.equal(calls, 3), (error) => assert.deepEqual([error.code, error.detail], ['too-few', { ended: 3 }]));
    }
  });

  it('has by itself a patience of 64 pages, and 16,384 at most', () => {
    assert.deepEqual([message.BUCKET_PATIENCE, message.MAX_BUCKET_PAGES], [64, 16_384]);
  });

  it('gives up at once a store that can not be reached, and only the witness for anything else', async () => {
    const all = await bucketsOf([1, 1, 1, 1]);
    let calls = 0;
    const failing = (error) => async (...call) => {
      calls += 1;
      if (calls === 1) throw error;
      return all.pages(...call);
    };
    const silent = { ...all, pages: failing(new TransportError('unreachable', 'nobody')) };
    await assert.rejects(asker(silent, bounds), { code: 'too-few' });
    assert.equal(calls, 1);
    calls = 0;
    assert.equal((await asker({ ...all, pages: failing(new TransportError('timeout', 'late')) }, bounds)).length, 1);
    assert.equal(calls, 4);
  });

  it('hands on an evaluation with a bad proof as evidence, and reads on for a good one (WALLET-29)', async () => {
    const all = await bucketsOf([1, 1, 1, 1], (federation, witness, held) => {
      const [liar, { poprf }] = federation.witnesses.get(1);
      return federation.evaluation(witness === liar ? { ...liar, poprf } : witness, held);
    });
    for (let order = 0; order < 4; order += 1) {
      all.read.length = 0;
      const [{ evaluations }] = await asker(all, bounds, order);
      const hasBad = evaluations.some(({ index }) => index === 0);
      assert.equal(evaluations.length, hasBad ? 4 : 3);
      assert.equal(all.read.length, evaluations.length);
    }
  });
});

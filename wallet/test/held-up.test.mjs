// An order that no store can decide, because a witness that counts for its coins is gone (WALLET-42).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStorage, readWords, Wallet } from '../dist/index.js';
import { english } from '../dist/words/english.js';
import { NOW, randomOf } from './support/federation.mjs';
import { copyOf, seed, setUp } from './support/wallets.mjs';

const DAY = 86_400n;
const asked = ({ requests }, digest = '') =>
  requests.filter(({ method, path }) => method === 'GET' && path.startsWith(`/v1/orders/${digest}`));
const sent = ({ requests }) => requests.filter(({ method, path }) => method === 'POST' && path === '/v1/orders');

/** A wallet that has signed away coins with components of 0, 1 and 3, of which 3 is gone. */
async function heldUp() {
  const all = await setUp();
  const { federation, wallet } = all;
  federation.mute = new Set([2]);
  const claimed = await wallet.claim(federation.grant(4));
  federation.mute = new Set([3]);
  // Witness 2 refuses, since the wallet shows no component of it.
  await assert.rejects(wallet.give(5, 4n), { code: 'unknown-refusal' });
  return { ...all, maker: claimed.order };
}

describe('an order that is held up', () => {
  it('asks for nothing when it is sent for the first time', async () => {
    const { federation } = await heldUp();
    assert.equal(asked(federation).length, 0);
  });

  it('asks at once for what its coins lack when it is sent again, and is sent once more', async () => {
    const { federation, wallet, maker } = await heldUp();
    federation.requests.length = 0;
    const [first] = await wallet.resume();
    assert.equal(first.error, undefined);
    assert.equal(asked(federation, maker).length, 1);
    assert.deepEqual([wallet.balance().points, wallet.balance().held], [0n, 0n]);
    const at = federation.requests.findIndex(({ path }) => path.startsWith(`/v1/orders/${maker}`));
    assert.ok(federation.requests.slice(at).some(({ path }) => path === '/v1/orders'));
  });

  it('does so in a wallet that was opened to pay', async () => {
    const { federation, storage, surroundings, maker } = await heldUp();
    const again = await Wallet.open({ ...surroundings, storage: await copyOf(storage), toPay: true });
    await again.resume();
    assert.equal(asked(federation, maker).length, 1);
    assert.equal(again.balance().held, 0n);
  });

  it('asks the store first that the caller names', async () => {
    for (const store of [1, 2, 3, 4]) {
      const { federation, storage, surroundings, maker } = await heldUp();
      federation.requests.length = 0;
      const via = federation.addresses[store - 1];
      const again = await Wallet.open({ ...surroundings, storage: await copyOf(storage), via });
      await again.resume();
      assert.deepEqual(asked(federation, maker).map((request) => request.store), [store]);
    }
  });

  it('is not sent once more if no component came', async () => {
    const { federation, wallet, maker } = await heldUp();
    federation.mute = new Set([2, 3]);
    federation.requests.length = 0;
    await wallet.resume();
    assert.equal(asked(federation, maker).length, 1);
    const last = federation.requests.findLastIndex(({ path }) => path === '/v1/orders');
    assert.ok(last < federation.requests.findIndex(({ path }) => path.startsWith(`/v1/orders/${maker}`)));
    assert.equal(sent(federation).length > 0, true);
    assert.equal(wallet.balance().held, 4n);
  });

  it('asks also for an order that a search has found', async () => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([2]);
    const { order } = await wallet.claim(federation.grant(4));
    federation.before = ({ method, path }) => {
      if (method === 'POST' && path === '/v1/orders') federation.mute = new Set([3]);
    };
    const restored = await Wallet.restore({
      storage: new MemoryStorage(),
      fetch: federation.fetch,
      random: randomOf(`${seed} restored`),
      now: () => federation.now,
      node: federation.addresses[0],
      seed: readWords(wallet.words(english).join(' '), english),
    });
    assert.equal(restored.wallet.balance().points, 0n);
    assert.equal(asked(federation, order).length, 0);
    await restored.wallet.resume();
    assert.equal(asked(federation, order).length, 1);
    assert.equal(restored.wallet.balance().points, 4n);
  });
});

describe('what is due', () => {
  it('is asked for after anything else that is done, last', async () => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([2]);
    const { order } = await wallet.claim(federation.grant(4));
    federation.mute = new Set();
    federation.now = NOW + 2n * DAY;
    assert.equal((await wallet.claim(federation.grant(3))).state, 'done');
    assert.equal(asked(federation, order).length, 1);
    assert.ok(federation.requests.at(-1).path.startsWith(`/v1/orders/${order}`));
  });

  it('is drawn anew if a clock was set back by more than a day', async () => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([2]);
    federation.now = NOW + 3n * DAY;
    const { order } = await wallet.claim(federation.grant(4));
    federation.now = NOW;
    await wallet.resume();
    assert.equal(asked(federation, order).length, 0);
    federation.now = NOW + DAY;
    await wallet.resume();
    assert.equal(asked(federation, order).length, 1);
  });
});

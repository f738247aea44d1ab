// What a wallet does while it is closed and afterwards, and when its storage fails.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StorageError, Wallet } from '../dist/index.js';
import { english } from '../dist/words/english.js';
import { setUp } from './support/wallets.mjs';

const isPosted = ({ method }) => method === 'POST';

describe('closing', () => {
  it('while an answer is on its way saves nothing more, and the order is resumed with the same seed', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const words = wallet.words(english);
    let closed;
    federation.after = async (request) => {
      if (!isPosted(request)) return;
      closed = wallet.close();
      await closed;
    };
    await assert.rejects(wallet.pay(federation.checkout(20n), 11n), { code: 'closed' });
    await closed;
    federation.after = undefined;
    const again = await Wallet.open({ ...surroundings, storage });
    assert.deepEqual(again.words(english), words);
    assert.equal(again.balance().pending, 1);
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    assert.equal(again.balance().points, 9n);
  });

  it('before an order was signed signs none, and sends nothing', async () => {
    const { federation, storage, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const { revision } = await storage.load();
    const before = federation.requests.filter(isPosted).length;
    federation.after = ({ path }) => (path.endsWith('/offer') ? wallet.close().then(() => undefined) : undefined);
    await assert.rejects(wallet.pay(federation.checkout(20n), 11n), { code: 'closed' });
    assert.equal(federation.requests.filter(isPosted).length, before);
    assert.equal((await storage.load()).revision, revision);
  });

  it('waits for what is being saved', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    const save = storage.save.bind(storage);
    let closing;
    storage.save = async (record) => {
      closing ??= wallet.close();
      await new Promise(setImmediate);
      return save(record);
    };
    await assert.rejects(wallet.claim(federation.grant(20)), { code: 'closed' });
    await closing;
    storage.save = save;
    assert.deepEqual(federation.requests.filter(isPosted), []);
    const again = await Wallet.open({ ...surroundings, storage });
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    assert.equal(again.balance().points, 20n);
  });

  it('ends every call that would use the seed, and may be done twice', async () => {
    const { federation, wallet } = await setUp();
    await wallet.close();
    await wallet.close();
    assert.throws(() => wallet.words(english), { code: 'closed' });
    const calls = [wallet.claim(federation.grant(20)), wallet.pay(federation.checkout(20n), 1n), wallet.resume()];
    calls.push(wallet.give(5, 1n), wallet.vote(2, 0), wallet.swap(), wallet.recover('00'.repeat(32), 1));
    const ends = await Promise.allSettled(calls);
    assert.deepEqual(new Set(ends.map(({ reason }) => reason?.code)), new Set(['closed']));
  });
});

describe('a storage that fails', () => {
  it('says whether anything was sent', async () => {
    const { federation, storage, wallet } = await setUp();
    const save = storage.save.bind(storage);
    const full = () => Promise.reject(new StorageError('storage-failed', 'the disk is full'));
    storage.save = full;
    await assert.rejects(wallet.claim(federation.grant(20)), { code: 'storage-failed', what: /nothing was sent/ });
    storage.save = save;
    federation.before = (request) => {
      if (isPosted(request)) storage.save = full;
    };
    await assert.rejects(wallet.claim(federation.grant(20)), (error) => {
      assert.equal(error.code, 'storage-failed');
      assert.match(error.what, /was sent, and is open/);
      assert.doesNotMatch(error.what + error.fix, /othing was sent/);
      return true;
    });
  });
});

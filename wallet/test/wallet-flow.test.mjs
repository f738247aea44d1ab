// What a wallet does with a federation: claiming, paying, giving, voting, swapping; and what it does when things break.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Wallet } from '../dist/index.js';
import { NOW, problem } from './support/federation.mjs';
import { copyOf, setUp } from './support/wallets.mjs';

const posts = (federation) => federation.requests.filter(({ method }) => method === 'POST');

describe('a wallet', () => {
  it('claims points, and has them', async () => {
    const { federation, wallet } = await setUp();
    const report = await wallet.claim(federation.grant(150));
    assert.equal(report.state, 'done');
    assert.equal(report.points, 150n);
    assert.match(report.order, /^[0-9a-f]{64}$/);
    assert.deepEqual(wallet.balance(), { points: 150n, held: 0n, vouchers: [], ballots: [], pending: 0 });
  });

  it('pays a checkout and gets its change', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(150));
    const report = await wallet.pay(federation.checkout(100n, { store: 2 }), 37n);
    assert.equal(report.state, 'done');
    assert.equal(wallet.balance().points, 113n);
    const [order] = [...federation.orders.values()].slice(-1);
    assert.equal(order.checked.order.time, NOW - 7n);
    assert.equal(order.checked.order.store, 2);
  });

  it('pays with vouchers alone', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(0, { vouchers: [{ offer: 3, count: 2 }] }));
    assert.deepEqual(wallet.balance().vouchers, [{ offer: 3, count: 2 }]);
    const report = await wallet.pay(federation.checkout(200n), 0n, [{ offer: 3, count: 1 }]);
    assert.equal(report.state, 'done');
    assert.deepEqual(wallet.balance().vouchers, [{ offer: 3, count: 1 }]);
  });

  it('gives, votes and swaps at a whole hour', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(25, { ballot: 2 }));
    assert.deepEqual(wallet.balance().ballots, [{ campaign: 2, count: 1 }]);
    await wallet.vote(2, 1);
    await wallet.give(5, 5n);
    await wallet.swap('renew');
    assert.deepEqual(wallet.balance(), { points: 20n, held: 0n, vouchers: [], ballots: [], pending: 0 });
    const times = [...federation.orders.values()].slice(1).map(({ checked }) => checked.order.time % 3600n);
    assert.deepEqual(times, [0n, 0n, 0n]);
  });

  it('merges a purse of more than 16 coins, and no smaller one', async () => {
    const { federation, wallet } = await setUp();
    for (let i = 0; i < 6; i += 1) await wallet.claim(federation.grant(7));
    await assert.doesNotReject(wallet.swap());
    assert.equal(wallet.balance().points, 42n);
    await assert.rejects(wallet.swap(), { code: 'nothing' });
  });

  it('uses neither a coin nor an order number twice when two payments are made at the same time', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(15));
    const links = [federation.checkout(20n), federation.checkout(20n, { store: 2 }), federation.grant(3)];
    const reports = await Promise.all([wallet.pay(links[0], 3n), wallet.pay(links[1], 3n), wallet.claim(links[2])]);
    assert.deepEqual(reports.map(({ state }) => state), ['done', 'done', 'done']);
    assert.equal(wallet.balance().points, 12n);
    const outputs = [...federation.orders.values()].flatMap(({ checked }) => checked.order.outputs);
    const blinded = outputs.map((output) => output.blinded.join());
    assert.equal(new Set(blinded).size, blinded.length);
  });

  it('has written an order down before its first byte leaves', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    const pending = [];
    federation.before = async ({ method }) => {
      if (method !== 'POST') return;
      const copy = await Wallet.open({ ...surroundings, storage: await copyOf(storage) });
      pending.push(copy.balance().pending);
    };
    await wallet.claim(federation.grant(20));
    await wallet.pay(federation.checkout(20n), 11n);
    assert.deepEqual(pending, [1, 1]);
  });

  it('sends nothing if it can not be written down', async () => {
    const { federation, storage, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const before = posts(federation).length;
    storage.save = () => Promise.reject(Object.assign(new Error('full'), { code: 'storage-failed' }));
    await assert.rejects(wallet.pay(federation.checkout(20n), 11n), { code: 'storage-failed' });
    assert.equal(posts(federation).length, before);
    assert.equal(wallet.balance().points, 20n);
  });

  it('resumes a claim and a payment in the same bytes', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    federation.after = ({ method, path }) => {
      if (method === 'POST' || path.startsWith('/v1/orders')) throw new TypeError('the line broke');
    };
    const claim = await wallet.claim(federation.grant(20));
    assert.equal(claim.state, 'pending');
    const again = await Wallet.open({ ...surroundings, storage });
    federation.after = undefined;
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    federation.after = ({ method }) => {
      if (method === 'POST') throw new TypeError('the line broke');
    };
    assert.equal((await again.pay(federation.checkout(20n), 11n)).state, 'pending');
    assert.deepEqual([again.balance().held, again.balance().points], [16n, 4n]);
    federation.after = undefined;
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    assert.equal(again.balance().points, 9n);
    const sent = (part) => posts(federation).filter(({ path }) => path.includes(part));
    const bodies = (part) => new Set(sent(part).map(({ body }) => body));
    assert.equal(bodies('/claim').size, 1);
    assert.equal(bodies('/v1/orders').size, 1);
  });

  it('goes through another store when the one that is paid is silent, and hands the certificate in', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const link = federation.checkout(20n, { store: 3 });
    federation.before = ({ store, path }) => {
      if (store === 3 && path === '/v1/orders') throw new TypeError('fetch failed');
    };
    assert.equal((await wallet.pay(link, 11n)).state, 'done');
    assert.equal([...federation.checkouts.values()][0].handedIn, 1);
  });

  it('tells its owner first when the till does not wait any more, and completes the order when resumed', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    federation.before = ({ store, path }) =>
      store === 1 && path === '/v1/orders' ? problem(410, 'checkout-expired') : undefined;
    await assert.rejects(wallet.pay(federation.checkout(20n), 11n), { code: 'checkout-expired', fix: /is signed/ });
    assert.equal(posts(federation).filter(({ path }) => path === '/v1/orders').length, 1);
    assert.equal(wallet.balance().pending, 1);
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
  });

  it('carries a payment elsewhere only once its owner was told, also by the wallet before', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    federation.after = ({ path }) => {
      if (path === '/v1/orders') throw new TypeError('the line broke');
    };
    federation.down = new Set([2, 3, 4]);
    const link = federation.checkout(20n);
    assert.equal((await wallet.pay(link, 11n)).state, 'pending');
    federation.after = undefined;
    federation.down.clear();
    federation.before = ({ store, path }) =>
      store === 1 && path === '/v1/orders' ? problem(409, 'checkout-taken') : undefined;
    const asked = federation.requests.length;
    const [told] = await wallet.resume();
    assert.deepEqual([told.state, told.error.code], ['pending', 'checkout-taken']);
    assert.deepEqual(federation.requests.slice(asked).map(({ store }) => store), [1]);
    const again = await Wallet.open({ ...surroundings, storage: await copyOf(storage) });
    assert.deepEqual((await again.resume()).map(({ state, error }) => [state, error]), [['done', undefined]]);
  });

  it('completes an open payment of a checkout that shows no offer any more', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const link = federation.checkout(20n);
    federation.mute = new Set([0, 1, 2, 3]);
    assert.equal((await wallet.pay(link, 11n)).state, 'pending');
    await assert.rejects(wallet.readCheckout(link), { code: 'checkout-taken', fix: /Nothing was signed/ });
    federation.mute.clear();
    const offers = () => federation.requests.filter(({ path }) => path.endsWith('/offer')).length;
    const before = offers();
    assert.equal((await wallet.pay(link, 11n)).state, 'done');
    assert.equal(offers(), before);
    assert.equal([...federation.orders.values()].length, 2);
  });

  it('counts as arriving what lacks a component, and completes it later', async () => {
    const { federation, wallet } = await setUp();
    federation.mute.add(2);
    assert.equal((await wallet.claim(federation.grant(20))).state, 'arriving');
    assert.equal(wallet.balance().points, 20n);
    federation.mute.clear();
    federation.now += 86_400n;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.equal(wallet.balance().pending, 0);
  });

  it('shows its coins to all witnesses that know every one of them, and to no other', async () => {
    const { federation, wallet } = await setUp();
    federation.mute.add(2);
    await wallet.claim(federation.grant(20));
    federation.mute.clear();
    await wallet.pay(federation.checkout(20n), 20n);
    const { body } = posts(federation).find(({ path }) => path === '/v1/orders');
    assert.equal(JSON.parse(body).columns.length, 3);
  });

  it('does not pay twice, nor claim twice', async () => {
    const { federation, wallet } = await setUp();
    const grant = federation.grant(50);
    await wallet.claim(grant);
    await assert.rejects(wallet.claim(grant), { code: 'already-claimed' });
    const link = federation.checkout(20n);
    await wallet.pay(link, 11n);
    await assert.rejects(wallet.pay(link, 11n), { code: 'already-paid' });
    assert.equal(wallet.balance().points, 39n);
  });

  it('follows neither a link to a stranger nor an offer that is not signed by the store of its address', async () => {
    const { federation, wallet } = await setUp();
    await assert.rejects(wallet.claim('https://evil.test/g/aaaa#bbbb'), { code: 'unknown-store' });
    await wallet.claim(federation.grant(50));
    const link = federation.checkout(20n);
    const held = [...federation.checkouts.values()][0];
    held.signed = { ...held.signed, signature: new Uint8Array(64) };
    await assert.rejects(wallet.pay(link, 11n), { code: 'bad-signature' });
    held.signed = { ...held.signed, offer: { ...held.signed.offer, store: 2 } };
    await assert.rejects(wallet.pay(link, 11n), { code: 'store-mismatch' });
    const late = { expiry: NOW - 1n };
    const shut = federation.checkout(20n, late);
    await assert.rejects(wallet.pay(shut, 11n), { code: 'checkout-expired', fix: /Nothing was/ });
    const lazy = federation.checkout(20n, { ...late, lazy: true });
    await assert.rejects(wallet.pay(lazy, 11n), { code: 'offer-expired' });
    await assert.rejects(wallet.pay(federation.checkout(20n), 21n), { code: 'over-maximum' });
    await assert.rejects(wallet.pay(federation.checkout(20n, { step: 10n }), 11n), { code: 'off-step' });
    await assert.rejects(wallet.pay(federation.checkout(500n), 51n), { code: 'not-enough' });
    assert.equal(posts(federation).filter(({ path }) => path === '/v1/orders').length, 0);
  });

  it('gives a claim up when the store gives nothing for it, but not once an order was shown', async () => {
    const { federation, wallet } = await setUp();
    const link = federation.grant(20);
    [...federation.grants.values()][0].refusal = 'grant-expired';
    await assert.rejects(wallet.claim(link), { code: 'grant-expired' });
    assert.deepEqual(wallet.history().map(({ outcome }) => outcome), ['withdrawn']);
    const third = federation.grant(10);
    await assert.rejects(wallet.claim(`${third}x`), { code: 'not-found' });
    assert.equal(wallet.balance().pending, 0);
    await wallet.claim(third);
    federation.mute = new Set([0, 1, 2]);
    const second = federation.grant(30);
    assert.equal((await wallet.claim(second)).state, 'pending');
    federation.before = ({ path }) => (path.includes('/v1/charter') ? undefined : problem(410, 'grant-expired'));
    await wallet.resume();
    assert.equal(wallet.balance().pending, 1);
    federation.before = undefined;
    federation.mute.clear();
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
  });
});

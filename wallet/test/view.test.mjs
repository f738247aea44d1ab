// What an app shows beside what a wallet does.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  mostInOneOrder,
  viewCharter,
  viewCheckout,
  viewGrant,
  viewOpenOrders,
  viewRecord,
  viewStores,
} from '../dist/wallet/view/index.js';
import { NOW } from './support/federation.mjs';
import { setUp } from './support/wallets.mjs';

describe('what is shown of the charter', () => {
  it('has the names, the value of a point, and the campaigns', async () => {
    const { wallet } = await setUp();
    const charter = viewCharter(wallet);
    assert.equal(charter.name, 'Les Quatre Coins');
    assert.deepEqual(charter.pointValue, { cents: 1n, points: 1n });
    assert.deepEqual(charter.stores[1], { id: 2, name: 'Store 2', http: ['https://store2.test'] });
    assert.deepEqual(charter.campaigns[0].choices, ['parc', 'étang']);
    assert.equal(charter.offers[0].value, 150n);
  });

  it('keeps the name of the genesis block when a later version has none', async () => {
    const { federation, wallet } = await setUp();
    federation.addKeyset({ issueUntil: NOW + 9_000_000n, redeemUntil: NOW + 9_900_000n });
    federation.now += 3601n;
    await wallet.resume();
    assert.equal(viewCharter(wallet).version, 2n);
    assert.equal(viewCharter(wallet).name, 'Les Quatre Coins');
  });
});

describe('what a node shows to somebody without a wallet', () => {
  it('is the stores of its charter, and nothing if that is not good', async () => {
    const { federation } = await setUp();
    const stores = await viewStores('https://store2.test/', federation.fetch);
    assert.deepEqual(stores[0], { id: 1, name: 'Store 1', http: ['https://store1.test'] });
    federation.after = (_, answer) => ({
      ...answer,
      json: { ...answer.json, chain: answer.json.chain.map((text) => text.slice(0, -4) + 'AAAA') },
    });
    await assert.rejects(viewStores('https://store2.test', federation.fetch));
  });
});

describe('what is shown of a link', () => {
  it('tells the reason of a grant, and claims nothing', async () => {
    const { federation, wallet } = await setUp();
    federation.after = ({ path }, answer) =>
      path.startsWith('/v1/grants/') ? { ...answer, json: { ...answer.json, reason: 'three jars' } } : answer;
    const link = federation.grant(12, { store: 2 });
    const shown = await viewGrant(wallet, link);
    assert.equal(shown.store, 2);
    assert.equal(shown.reason, 'three jars');
    assert.equal(shown.terms.points, 12n);
    assert.equal(shown.known, false);
    assert.equal(wallet.balance().points, 0n);
    await wallet.claim(link);
    assert.equal((await viewGrant(wallet, link)).known, true);
    assert.equal(wallet.history()[0].grant, shown.name);
  });

  it('refuses what another store shows', async () => {
    const { federation, wallet } = await setUp();
    federation.after = (_, answer) => ({ ...answer, json: { ...answer.json, store: 3 } });
    await assert.rejects(viewGrant(wallet, federation.grant(12)), { code: 'store-mismatch' });
  });

  it('tells what a till asks for, and what was paid', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(50));
    const link = federation.checkout(40n, { store: 3, step: 5n });
    const shown = await viewCheckout(wallet, link);
    assert.equal(shown.state, 'open');
    const { reference, ...offer } = shown.offer;
    assert.deepEqual(offer, { max: 40n, step: 5n, time: NOW - 7n, expiry: NOW + 300n });
    await wallet.pay(link, 20n);
    assert.deepEqual(await viewCheckout(wallet, link), { store: 3, name: shown.name, state: 'paid' });
    const record = wallet.history().at(-1);
    assert.equal(record.checkout, shown.name);
    assert.equal(record.offer, reference);
  });

  it('asks nobody about a payment that is not decided', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(50));
    federation.mute = new Set([0, 1]);
    const link = federation.checkout(40n, { store: 3 });
    assert.equal((await wallet.pay(link, 20n)).state, 'pending');
    federation.requests.length = 0;
    const shown = await viewCheckout(wallet, link);
    assert.deepEqual(shown.paying, { points: 20n, vouchers: [] });
    assert.equal(federation.requests.length, 0);
    const [open] = viewOpenOrders(wallet);
    assert.deepEqual([open.stage, open.store, open.points, open.late], ['waiting', 3, 20n, false]);
  });

  it('refuses a link of no store of the charter', async () => {
    const { wallet } = await setUp();
    await assert.rejects(viewCheckout(wallet, 'https://elsewhere.test/c/abc'), { code: 'unknown-store' });
  });
});

describe('the most that one payment takes', () => {
  it('is what can be paid, and one more can not', async () => {
    const { federation, wallet } = await setUp({ keysets: 2 }, { name: 'two keysets' });
    const keysets = new Set();
    for (let i = 0; i < 60 && keysets.size < 2; i += 1) keysets.add((await wallet.claim(federation.grant(10))).keyset);
    assert.equal(keysets.size, 2);
    const most = mostInOneOrder(wallet);
    assert.ok(most < wallet.balance().points);
    await assert.rejects(wallet.pay(federation.checkout(999n), most + 1n), { code: 'not-enough' });
    assert.equal((await wallet.pay(federation.checkout(999n), most)).state, 'done');
  });

  it('leaves out coins that no quorum knows together', async () => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([0]);
    await wallet.claim(federation.grant(8));
    federation.mute = new Set([1]);
    await wallet.claim(federation.grant(16));
    federation.mute = new Set();
    assert.equal(wallet.balance().points, 24n);
    assert.equal(mostInOneOrder(wallet), 16n);
  });
});

describe('what stores and witnesses hold of an order', () => {
  it('is the order with its certificate, asked of the store that has seen it', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(50));
    const { order, keyset } = await wallet.pay(federation.checkout(40n, { store: 3 }), 13n);
    federation.requests.length = 0;
    const record = await viewRecord(wallet, order, keyset, 3);
    assert.deepEqual(
      federation.requests.map(({ store }) => store),
      [3],
    );
    assert.equal(record.askedStore, 3);
    assert.equal(record.store, 3);
    assert.equal(record.purpose.type, 'redeem');
    const sum = (coins) => coins.reduce((points, { kind }) => points + kind.denomination, 0n);
    assert.equal(sum(record.spent) - sum(record.made), 13n);
    assert.equal(record.signedBy.length, 3);
  });

  it('takes no other order, and goes on to the next store', async () => {
    const { federation, wallet } = await setUp();
    const first = await wallet.claim(federation.grant(5));
    const second = await wallet.claim(federation.grant(6));
    federation.after = (request, answer) =>
      request.store === 1 ? federation.answer({ ...request, path: `/v1/orders/${second.order}` }) : answer;
    const record = await viewRecord(wallet, first.order, first.keyset, 1);
    assert.notEqual(record.askedStore, 1);
    assert.equal(record.digest, first.order);
  });

  it('refuses a certificate with a signature that is wrong', async () => {
    const { federation, wallet } = await setUp();
    const { order, keyset } = await wallet.claim(federation.grant(5));
    federation.after = (_, answer) => {
      const bytes = Buffer.from(answer.json.certificate, 'base64url');
      bytes[bytes.length - 1] ^= 1;
      return { ...answer, json: { ...answer.json, certificate: bytes.toString('base64url') } };
    };
    await assert.rejects(viewRecord(wallet, order, keyset), { code: 'bad-signature' });
  });
});

// Restoring a wallet from its words alone.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStorage, readWords, Wallet } from '../dist/index.js';
import { nextStores } from '../dist/machine/wallet/next-stores.js';
import { readWallet } from '../dist/machine/wallet/saved.js';
import { english } from '../dist/words/english.js';
import * as message from '../dist/message/index.js';
import { copyOf, setUp } from './support/wallets.mjs';

/** What a wallet of the same words is made with. */
function optionsOf({ federation, surroundings, wallet }, more = {}) {
  const warnings = [];
  const options = {
    ...surroundings,
    storage: new MemoryStorage(),
    node: federation.addresses[1],
    seed: readWords(wallet.words(english).join(' '), english),
    onWarning: ({ code }) => warnings.push(code),
    ...more,
  };
  return { options, warnings };
}

async function restored(all, more) {
  const { options, warnings } = optionsOf(all, more);
  return { ...(await Wallet.restore(options)), warnings, options };
}

const asked = ({ requests }, what) => requests.filter(({ path }) => path.startsWith(`/v1/${what}`));

describe('a restore', () => {
  it('finds all orders of the words, and none of anybody else', async () => {
    const all = await setUp();
    const other = await Wallet.create({ ...all.surroundings, storage: new MemoryStorage(), node: all.federation.addresses[0] });
    await other.claim(all.federation.grant(1000));
    await all.wallet.claim(all.federation.grant(77));
    await all.wallet.claim(all.federation.grant(5));
    await all.wallet.pay(all.federation.checkout(20n), 20n);
    const { wallet, complete, device, found, warnings } = await restored(all);
    assert.deepEqual([complete, device, found, warnings], [true, 2, 3, []]);
    assert.equal(wallet.balance().points, 62n);
    assert.equal(wallet.searching, false);
    assert.equal((await wallet.pay(all.federation.checkout(62n), 62n)).state, 'done');
  });

  it('asks for each number once, in no order that tells, through at least two stores, and tells how far it is', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(3));
    all.federation.requests.length = 0;
    const seen = [];
    await restored(all, { onProgress: (progress) => seen.push(progress) });
    const nonces = new Map();
    for (const { store, path } of asked(all.federation, 'buckets/1/')) {
      const nonce = new URL(path, 'https://x').searchParams.get('nonce');
      nonces.set(nonce, (nonces.get(nonce) ?? new Set()).add(store));
    }
    assert.equal(nonces.size, 21 + 20 + 20);
    assert.ok([...nonces.values()].every((stores) => stores.size === 1));
    assert.ok(new Set([...nonces.values()].flatMap((stores) => [...stores])).size >= 2);
    assert.equal(seen.length, 61);
    assert.deepEqual([seen[0].device, seen[0].asked, seen.at(-1).device, seen.at(-1).asked], [0, 0, 2, 60]);
  });

  it('reads each bucket to its end, of a quorum of witnesses', async () => {
    const all = await setUp();
    for (let i = 0; i < 6; i += 1) await all.wallet.claim(all.federation.grant(1));
    all.federation.requests.length = 0;
    const { found } = await restored(all);
    assert.equal(found, 6);
    // Six entries are three pages, of which two are in one answer.
    const questions = 26 + 20 + 20;
    const calls = asked(all.federation, 'buckets/1/');
    assert.equal(calls.length, questions * 3 * 2);
  });

  it('takes a device that was never used, and leaves out one that may be somewhere unused', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(3));
    const first = await restored(all);
    assert.equal(first.device, 2);
    await first.wallet.claim(all.federation.grant(4));
    const second = await restored(all);
    assert.deepEqual([second.device, second.wallet.balance().points], [4, 7n]);
  });

  it('completes what the lost wallet had signed, and brings its change', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(48));
    all.federation.mute = new Set([2, 3]);
    await all.wallet.pay(all.federation.checkout(20n), 20n);
    all.federation.mute = new Set();
    const { wallet, warnings } = await restored(all);
    assert.deepEqual([wallet.balance().points, wallet.balance().pending, warnings], [28n, 0, []]);
    assert.ok(wallet.history().some(({ purpose, points, outcome }) => purpose === 'adopt' && points === 20n && outcome === 'certified'));
  });

  it('signs no Swap of a coin of which too few witnesses say that it is free', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(32));
    const swaps = () => [...all.federation.orders.values()].filter(({ checked }) => checked.order.purpose.type === 'swap');
    all.federation.after = ({ path }, answer) =>
      path === '/v1/probes' ? { ...answer, json: { answers: answer.json.answers.slice(0, 2) } } : answer;
    const { wallet, complete } = await restored(all);
    assert.deepEqual([complete, wallet.balance().points, swaps().length], [true, 0n, 0]);
    all.federation.after = undefined;
    await wallet.resume();
    assert.deepEqual([wallet.balance().points, swaps().length], [32n, 1]);
  });

  it('is not deceived by a witness that hides orders', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(9));
    all.federation.hides = ({ index }) => (held) => index === 1 && held !== undefined;
    const { wallet, found } = await restored(all);
    assert.deepEqual([found, wallet.balance().points], [1, 9n]);
  });

  it('takes no page that a store changed', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(9));
    all.federation.after = ({ store, path }, answer) => {
      if (store === 1 || !path.startsWith('/v1/buckets/1/')) return answer;
      // Without the entry: an empty page that no witness signed.
      return { ...answer, json: { pages: answer.json.pages.map((page) => page.replace(/^../, 'AB')) } };
    };
    const { complete, wallet, warnings } = await restored(all);
    assert.deepEqual([complete, wallet.balance().points, warnings], [true, 9n, ['one-store']]);
  });
});

describe('what a search has found', () => {
  const vouchers = [{ offer: 3, count: 2 }];

  it('is not asked for by its digest while its coins can be spent (RESTORE-33)', async () => {
    const all = await setUp();
    const { order } = await all.wallet.claim(all.federation.grant(16, { vouchers, ballot: 2 }));
    const { wallet } = await restored(all);
    all.federation.now += 172_800n;
    assert.deepEqual(await wallet.resume(), []);
    assert.deepEqual(asked(all.federation, 'orders/').filter(({ path }) => path.includes(order)), []);
    assert.deepEqual([wallet.balance().pending, wallet.balance().vouchers], [0, vouchers]);
  });

  it('is not asked for by its digest either if it was open in the wallet before', async () => {
    const all = await setUp();
    all.federation.mute = new Set([2]);
    const { order } = await all.wallet.claim(all.federation.grant(16, { ballot: 2 }));
    assert.equal((await all.wallet.search()).complete, true);
    // Both the order and the Swap of its points lack a component; only the Swap's is asked for.
    all.federation.mute.clear();
    all.federation.now += 172_800n;
    await all.wallet.resume();
    assert.deepEqual(asked(all.federation, 'orders/').filter(({ path }) => path.includes(order)), []);
    assert.equal(all.wallet.balance().pending, 0);
  });

  it('is probed once if it is unbound and not exchanged, until another search begins (RESTORE-34)', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(16, { vouchers, ballot: 2 }));
    const { wallet, options } = await restored(all);
    const probes = () => asked(all.federation, 'probes').length;
    assert.equal(probes(), 4);
    await wallet.resume();
    assert.equal(probes(), 4);
    await wallet.close();
    const again = await Wallet.open(options);
    await again.resume();
    assert.equal(probes(), 4);
    await again.search();
    // The coin that the Swap made as well.
    assert.equal(probes(), 8);
  });

  it('goes with evidence against a witness whose bucket has a bad proof (WALLET-29)', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(4));
    const [liar, other] = all.federation.witnesses.get(1);
    liar.poprf = other.poprf;
    all.federation.mute.add(3);
    const { wallet, found, warnings } = await restored(all);
    assert.deepEqual([found, wallet.evidence().length, warnings.includes('bad-proof')], [1, 1, true]);
    const { evaluation } = message.decode(message.evidence, wallet.evidence()[0], 1 << 20);
    assert.equal(evaluation.index, 0);
  });

  it('is searched through the only store that answers, and another is tried for every 16th number (RESTORE-18)', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(4));
    all.federation.before = ({ store, path }) => {
      if (store !== 1 && path.startsWith('/v1/buckets/1/')) throw new TypeError('fetch failed');
    };
    all.federation.requests.length = 0;
    const { complete, warnings } = await restored(all);
    assert.deepEqual([complete, warnings], [true, ['one-store']]);
    const stores = asked(all.federation, 'buckets/1/').map(({ store }) => store).join('');
    // Three witnesses are read through the store that answers, for each number.
    const tried = stores.split('111');
    assert.equal(tried.pop(), '');
    assert.equal(tried.length, 61);
    const early = [...tried.slice(0, 15).join('')].sort().join('');
    assert.ok([...early].every((store, at) => early.indexOf(store) === at), stores);
    tried.slice(15).forEach((each, at) => assert.equal(each.length, at % 16 === 0 ? 1 : 0, stores));
  });

  it('is searched through a store that the caller goes through no more often than through others', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(4));
    all.federation.requests.length = 0;
    const [via] = all.federation.addresses;
    await restored(all, { via });
    const asks = asked(all.federation, 'buckets/1/').map(({ store }) => store);
    assert.equal(asks.length, 61 * 3);
    assert.ok(asks.filter((store) => store === 1).length < 61 * 3 / 2, asks.join(''));
  });
});

describe('NextStores', () => {
  const all = ['a', 'b', 'c', 'd'];
  const order = (answered, failed, count = 1) =>
    nextStores(all, { answered: new Set(answered), failed: new Set(failed) }, count).join('');

  it('keeps the order that was drawn, but for stores that failed', () => {
    assert.equal(order('', ''), 'abcd');
    assert.equal(order('ad', 'b'), 'acdb');
    assert.equal(order('ad', 'b', 16), 'acdb');
  });

  it('tries the only store that has answered after those that were not tried, and before those that failed', () => {
    assert.equal(order('a', ''), 'bcda');
    assert.equal(order('a', 'bc'), 'dabc');
    assert.equal(order('a', 'abc'), 'dabc');
  });

  it('begins each 16th number with one that failed, while only one has answered', () => {
    assert.equal(order('a', 'cd', 16), 'cbad');
    assert.equal(order('a', 'cd', 32), 'cbad');
    assert.equal(order('a', 'cd', 17), 'bacd');
    assert.equal(order('a', '', 16), 'bcda');
  });
});

describe('a search that breaks off', () => {
  it('leaves a wallet that signs nothing and keeps what it found, until another ends', async () => {
    const all = await setUp();
    const { order } = await all.wallet.claim(all.federation.grant(9));
    let questions = 0;
    all.federation.before = ({ path }) => {
      if (path.startsWith('/v1/buckets/1/') && ++questions > 100) throw new TypeError('fetch failed');
    };
    const { options } = optionsOf(all);
    const { wallet, complete } = await Wallet.restore(options);
    assert.deepEqual([complete, wallet.searching], [false, true]);
    await assert.rejects(wallet.claim(all.federation.grant(1)), { code: 'searching' });
    await assert.rejects(wallet.swap('renew'), { code: 'searching' });
    await assert.rejects(wallet.give(5, 1n), { code: 'searching' });
    assert.ok(order);
    await wallet.close();
    all.federation.before = undefined;
    const again = await Wallet.open(options);
    assert.equal(again.searching, true);
    assert.equal((await again.search()).complete, true);
    assert.deepEqual([again.searching, again.balance().points], [false, 9n]);
  });

  it('says so if too few witnesses tell how long prefixes are', async () => {
    const all = await setUp();
    all.federation.mute = new Set([0, 1]);
    const { complete, found } = await restored(all);
    assert.deepEqual([complete, found], [false, 0]);
  });
});

describe('a search that begins while a coin is asked about', () => {
  it('lets nothing be signed over the coin, and what was resumed be reported', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(32));
    all.federation.before = ({ path }) => {
      if (path === '/v1/probes') throw new TypeError('fetch failed');
    };
    const { wallet } = await restored(all);
    all.federation.mute = new Set([2, 3]);
    assert.equal((await wallet.claim(all.federation.grant(4))).state, 'pending');
    all.federation.mute = new Set();
    let search;
    all.federation.before = async ({ path }) => {
      if (path !== '/v1/probes' || search !== undefined) return;
      await new Promise((onProgress) => {
        search = wallet.search({ onProgress });
      });
    };
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.equal((await search).complete, true);
    assert.equal(wallet.balance().points, 36n);
  });
});

describe('a wallet whose file may be old', () => {
  it('holds afterwards what it had, without what was spent since, on a device of its own', async () => {
    const all = await setUp();
    await all.wallet.claim(all.federation.grant(48));
    const storage = await copyOf(all.storage);
    await all.wallet.pay(all.federation.checkout(20n), 20n);
    await all.wallet.claim(all.federation.grant(2));
    const old = await Wallet.open({ ...all.surroundings, storage });
    assert.equal(old.balance().points, 48n);
    const { complete, device } = await old.search();
    assert.deepEqual([complete, device, old.balance().points], [true, 2, 30n]);
    assert.equal((await old.claim(all.federation.grant(4))).state, 'done');
    assert.equal(old.balance().points, 34n);
  });

  /** A copy of a wallet with a claim of 16 points that is open; it is certified afterwards. */
  async function withOpenOrder() {
    const all = await setUp();
    all.federation.mute = new Set([2, 3]);
    assert.equal((await all.wallet.claim(all.federation.grant(16))).state, 'pending');
    const storage = await copyOf(all.storage);
    all.federation.mute = new Set();
    await all.wallet.resume();
    return { ...all, storage, old: await Wallet.open({ ...all.surroundings, storage }) };
  }

  it('holds as unproven what an order that was open in it has made', async () => {
    const { federation, storage, old } = await withOpenOrder();
    const onProgress = ({ device }) => {
      if (device === 1) federation.before = () => Promise.reject(new TypeError('fetch failed'));
    };
    const { complete, found, points } = await old.search({ onProgress });
    assert.deepEqual([complete, found, points], [false, 1, 16n]);
    const { coins } = readWallet((await storage.load()).bytes).state;
    assert.deepEqual(coins.map(({ place, unproven }) => [place.device, unproven]), [[0, true]]);
    assert.equal(old.balance().points, 0n);
  });

  it('completes what was signed since over coins of an order that was open in it', async () => {
    const { federation, wallet, old } = await withOpenOrder();
    federation.mute = new Set([2, 3]);
    assert.equal((await wallet.pay(federation.checkout(12n), 12n)).state, 'pending');
    federation.mute = new Set();
    assert.equal((await old.search()).complete, true);
    assert.deepEqual([old.balance().points, old.balance().pending], [4n, 0]);
    assert.equal((await old.pay(federation.checkout(4n), 4n)).state, 'done');
  });
});

// A basket: one link for paying with points and earning on the rest. The wallet goes on with it until it has what it earned.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declineBasket, followBasket, payBasket, viewBasket } from '../dist/wallet/basket/index.js';
import { earnedBeside, moneyBeside, viewBaskets } from '../dist/wallet/view/index.js';
import { checkReturnUrl } from '../dist/machine/wallet/index.js';
import { Wallet } from '../dist/index.js';
import { problem } from './support/federation.mjs';
import { setUp } from './support/wallets.mjs';

const DAY = 86_400n;
const RECEIPT = 'Lait 1,20\nPain 2,30\n';

/** A wallet with 30 points, and where its receipts go. */
async function counter(more = {}) {
  const receipts = [];
  const warnings = [];
  const all = await setUp({}, {
    onReceipt: async (receipt) => void receipts.push(receipt),
    onWarning: ({ code }) => warnings.push(code),
    ...more,
  });
  await all.wallet.claim(all.federation.grant(30));
  const { baskets } = all.federation;
  return { ...all, baskets, receipts, warnings };
}

const points = (wallet) => wallet.balance().points;
const calls = ({ requests }, call) => requests.filter(({ path }) => path.startsWith('/v1/baskets/') && path.includes(call));

describe('a basket', () => {
  it('says what it costs and earns, and leaves nothing behind', async () => {
    const { federation, wallet, baskets } = await counter();
    const link = baskets.ring({ max: 20n });
    const view = await viewBasket(wallet, link);
    const { store, state, totalCents, payCents, earns, offer, isPaid, code } = view;
    assert.deepEqual([store, state, totalCents, payCents, code], [1, 'open', 2000n, 2000n, 'ABCD1234']);
    assert.deepEqual([earns.points, offer.max, offer.step, isPaid], [20n, 20n, 1n, false]);
    assert.equal('receipt' in view, false);
    assert.deepEqual(viewBaskets(wallet), []);
    assert.equal(calls(federation, 'decline').length, 0);
  });

  it('is paid with points, and earns on the rest once the till says so', async () => {
    const { federation, wallet, baskets, receipts } = await counter();
    const link = baskets.ring({ max: 500n, receipt: RECEIPT });
    const report = await payBasket(wallet, link, 30n);
    assert.deepEqual([report.state, report.points, points(wallet)], ['done', 30n, 0n]);
    const waiting = await followBasket(wallet, link);
    const { state, points: paid, payCents, isPaid, over } = waiting;
    assert.deepEqual([state, paid, payCents, isPaid, over], ['settled', 30n, 1970n, true, false]);
    assert.equal(viewBaskets(wallet).length, 1);
    baskets.complete(link);
    const done = await followBasket(wallet, link, { state: 'settled', seconds: 5 });
    assert.deepEqual([done.state, done.claim, done.over, points(wallet)], ['complete', 'done', true, 19n]);
    assert.deepEqual(receipts, [{ name: done.name, store: 1, text: RECEIPT }]);
    assert.equal(baskets.hasReceipt(link), false);
    assert.deepEqual(viewBaskets(wallet), []);
    const [earned, payment] = wallet.history().slice(-2).reverse();
    assert.deepEqual([earned.grant, payment.checkout], [done.grantName, done.checkout]);
    assert.deepEqual(calls(federation, 'wait').map(({ path }) => path.split('?')[1]), ['wait=5&state=settled']);
  });

  it('is declined, and earns on all of it', async () => {
    const { wallet, baskets } = await counter();
    const link = baskets.ring({ max: 500n, atOnce: true });
    const view = await declineBasket(wallet, link);
    assert.equal(view.state, 'complete');
    const { claim, over } = await followBasket(wallet, link);
    assert.deepEqual([claim, over, points(wallet)], ['done', true, 50n]);
  });

  it('is paid with vouchers too, and brings a ballot and vouchers', async () => {
    const { federation, wallet, baskets } = await counter();
    await wallet.claim(federation.grant(1, { vouchers: [{ offer: 3, count: 1 }] }));
    const link = baskets.ring({ max: 500n, ballot: 2, vouchers: [{ offer: 3, count: 2 }] });
    await payBasket(wallet, link, 10n, [{ offer: 3, count: 1 }]);
    baskets.complete(link);
    const done = await followBasket(wallet, link);
    assert.deepEqual([done.points, done.payCents, done.claim], [160n, 1840n, 'done']);
    const { vouchers, ballots } = wallet.balance();
    assert.deepEqual([vouchers, ballots], [[{ offer: 3, count: 2 }], [{ campaign: 2, count: 1 }]]);
  });

  it('has nothing to choose where nothing can be paid with points: the wallet waits', async () => {
    const { wallet, baskets } = await counter();
    const link = baskets.ring();
    assert.equal((await viewBasket(wallet, link)).offer, undefined);
    const waiting = await followBasket(wallet, link);
    assert.deepEqual([waiting.state, waiting.over, viewBaskets(wallet).length], ['settled', false, 1]);
  });

  it('earns nothing without a grant, and has its receipt all the same', async () => {
    const { wallet, baskets, receipts } = await counter();
    const link = baskets.ring({ total: 50n, receipt: RECEIPT, atOnce: true });
    const { claim, over, state } = await followBasket(wallet, link);
    assert.deepEqual([state, claim, over, receipts.length], ['complete', undefined, true, 1]);
  });
});

describe('a wallet that is closed meanwhile', () => {
  it('goes on by itself when it is used again, also with what it paid', async () => {
    const { wallet, baskets, surroundings, storage } = await counter();
    const link = baskets.ring({ max: 500n });
    await payBasket(wallet, link, 30n);
    await wallet.close();
    baskets.complete(link);
    const again = await Wallet.open({ ...surroundings, storage });
    await again.resume();
    assert.deepEqual([points(again), viewBaskets(again)], [19n, []]);
  });

  it('has the basket written down before the payment leaves, and before it declines', async () => {
    const { federation, wallet, baskets, surroundings, storage } = await counter();
    const links = [baskets.ring({ max: 500n }), baskets.ring({ max: 500n })];
    federation.before = ({ method }) => {
      if (method === 'POST') throw new TypeError('the line broke');
    };
    await payBasket(wallet, links[0], 10n);
    await assert.rejects(declineBasket(wallet, links[1]), { code: 'unreachable' });
    const again = await Wallet.open({ ...surroundings, storage });
    assert.deepEqual(viewBaskets(again).map(({ link }) => link), links);
    federation.before = undefined;
    await again.resume();
    links.forEach(baskets.complete);
    await again.resume();
    assert.deepEqual([points(again), viewBaskets(again)], [30n - 10n + 19n + 20n, []]);
  });

  it('asks its app before it claims by itself', async () => {
    let may = false;
    const asked = [];
    const mayClaim = (terms) => {
      asked.push(terms.points);
      return may;
    };
    const { wallet, baskets } = await counter({ mayClaim });
    const link = baskets.ring({ atOnce: true });
    await followBasket(wallet, link);
    await wallet.resume();
    assert.deepEqual([points(wallet), viewBaskets(wallet).length], [30n, 1]);
    assert.ok(asked.includes(20n));
    may = true;
    await wallet.resume();
    assert.deepEqual([points(wallet), viewBaskets(wallet).length], [50n, 0]);
  });
});

describe('a basket comes to its end', () => {
  const none = async ({ wallet }) => assert.deepEqual(viewBaskets(wallet), []);

  it('when the till cancels it', async () => {
    const all = await counter();
    const link = all.baskets.ring();
    await followBasket(all.wallet, link);
    all.baskets.cancel(link);
    assert.deepEqual([(await followBasket(all.wallet, link)).over], [true]);
    await none(all);
  });

  it('when its store does not know it any more', async () => {
    const all = await counter();
    const link = all.baskets.ring();
    await followBasket(all.wallet, link);
    all.federation.before = ({ path }) => (path.startsWith('/v1/baskets/') ? problem(404, 'not-found') : undefined);
    await all.wallet.resume();
    await none(all);
  });

  it('by no clock: years later a till may complete one that has expired', async () => {
    const clock = { off: 0n };
    let federation;
    const all = await counter({ now: () => (federation === undefined ? 1_800_000_000n : federation.now + clock.off) });
    ({ federation } = all);
    const link = all.baskets.ring({ max: 20n });
    await followBasket(all.wallet, link);
    federation.now += DAY;
    assert.deepEqual([(await followBasket(all.wallet, link)).state, viewBaskets(all.wallet).length], ['expired', 1]);
    clock.off = 3650n * DAY;
    await all.wallet.resume();
    clock.off = 0n;
    federation.addKeyset({ issueUntil: federation.now + 200n * DAY, redeemUntil: federation.now + 300n * DAY });
    federation.now += 60n * DAY;
    await all.wallet.resume();
    assert.equal(viewBaskets(all.wallet).length, 1);
    all.baskets.complete(link);
    await all.wallet.resume();
    assert.deepEqual([viewBaskets(all.wallet), all.wallet.history().at(-1).purpose], [[], 'claim']);
  });

  it('not by the charter either, which does not list its address any more', async () => {
    const { federation, wallet, baskets } = await counter();
    await declineBasket(wallet, baskets.ring({ store: 3 }));
    const { body } = federation.chain.at(-1);
    const stores = body.stores.map((store) => (store.id === 3 ? { ...store, http: [] } : store));
    federation.chain.push(federation.nextVersion({ stores, issued: federation.now }));
    federation.down.add(3);
    federation.now += 32n * DAY;
    await wallet.resume();
    assert.equal(viewBaskets(wallet).length, 1);
  });

  it('with another grant, if goods came back before it was claimed', async () => {
    const all = await counter();
    const link = all.baskets.ring({ atOnce: true });
    let returned = false;
    all.federation.before = ({ method, path }) => {
      if (!returned && method === 'POST' && path.includes('/claim')) {
        returned = true;
        all.baskets.bringBack(link, 7);
      }
    };
    const { claim, over } = await followBasket(all.wallet, link);
    assert.deepEqual([returned, claim, over, points(all.wallet)], [true, 'done', true, 37n]);
  });

  it('with nothing, if somebody else has claimed it', async () => {
    const all = await counter();
    const link = all.baskets.ring({ atOnce: true });
    all.federation.grants.get(all.baskets.get(link).grant).taken = 'other outputs';
    const { claim, over } = await followBasket(all.wallet, link);
    assert.deepEqual([claim, over, points(all.wallet)], [undefined, true, 30n]);
    await none(all);
  });
});

describe('a receipt', () => {
  const said = ({ requests }) => requests.filter(({ path }) => path.endsWith('/received')).map(({ path }) => path.split('/')[2]);

  it('comes with a grant, and its store is told once it is kept', async () => {
    const { federation, wallet, baskets, receipts } = await counter();
    const link = baskets.grant(10, RECEIPT);
    await wallet.claim(link);
    assert.deepEqual(receipts, [{ name: link.split('#')[0], store: 1, text: RECEIPT }]);
    assert.deepEqual([said(federation), baskets.hasReceipt(link), points(wallet)], [['grants'], false, 40n]);
  });

  it('is not said to be taken before it is kept, and stands in the way of no points', async () => {
    let broken = true;
    const kept = [];
    const onReceipt = async ({ text }) => {
      if (broken) throw new Error('the disk is full');
      kept.push(text);
    };
    const { federation, wallet, baskets, warnings } = await counter({ onReceipt });
    const link = baskets.ring({ atOnce: true, receipt: RECEIPT });
    await followBasket(wallet, link);
    assert.deepEqual([points(wallet), said(federation), viewBaskets(wallet).length], [50n, [], 1]);
    assert.ok(warnings.includes('receipt-lost'));
    broken = false;
    await wallet.resume();
    assert.deepEqual([kept, said(federation), viewBaskets(wallet)], [[RECEIPT], ['baskets'], []]);
  });

  it('is said to be taken until the store has heard it, also after a restart', async () => {
    const { federation, wallet, baskets, surroundings, storage, receipts } = await counter();
    const link = baskets.grant(10, RECEIPT);
    federation.before = ({ path }) => {
      if (path.endsWith('/received')) throw new TypeError('the line broke');
    };
    await wallet.claim(link);
    assert.deepEqual([receipts.length, baskets.hasReceipt(link)], [1, true]);
    federation.before = undefined;
    const again = await Wallet.open({ ...surroundings, storage });
    await again.resume();
    assert.equal(baskets.hasReceipt(link), false);
    const before = federation.requests.length;
    await again.resume();
    assert.deepEqual(said({ requests: federation.requests.slice(before) }), []);
  });

  it('that was taken comes to its owner once, also while its store can not be told', async () => {
    const { federation, wallet, baskets, receipts } = await counter();
    const link = baskets.ring({ atOnce: true, receipt: RECEIPT });
    federation.before = ({ path }) => {
      if (path.endsWith('/received')) throw new TypeError('the line broke');
    };
    await followBasket(wallet, link);
    await followBasket(wallet, link);
    assert.equal(receipts.length, 1);
    federation.before = undefined;
    await wallet.resume();
    assert.equal(baskets.hasReceipt(link), false);
  });

  it('that is none is no receipt, and is said to be taken', async () => {
    const { federation, wallet, baskets, receipts } = await counter();
    const link = baskets.ring({ atOnce: true, receipt: RECEIPT });
    federation.after = ({ path }, { status, json }) =>
      path.includes('/offer') ? { status, json: { ...json, receipt: 'AAAA' } } : undefined;
    const { claim } = await followBasket(wallet, link);
    assert.deepEqual([claim, receipts, said(federation)], ['done', [], ['baskets']]);
  });

  it('of a wallet that keeps none is said to be taken at once', async () => {
    const { federation, wallet, baskets } = await counter({ onReceipt: undefined });
    await wallet.claim(baskets.grant(10, RECEIPT));
    assert.deepEqual(said(federation), ['grants']);
  });
});

describe('what a store says of a basket', () => {
  const lie = (federation, change) => {
    federation.after = ({ path }, { status, json }) =>
      path.includes('/offer') ? { status, json: { ...json, ...change } } : undefined;
  };

  it('is refused of another store or basket, or in a form that is none', async () => {
    const { federation, wallet, baskets } = await counter();
    const link = baskets.ring({ max: 20n });
    for (const [change, code] of [
      [{ store: 2 }, 'store-mismatch'],
      [{ id: 'AAAA' }, 'bad-answer'],
      [{ state: 'done' }, 'bad-answer'],
      [{ point_value: { cents: 1, points: 0 } }, 'bad-answer'],
      [{ grant: { id: '../x', points: 1, vouchers: [], state: 'open', expires_at: '' } }, 'bad-answer'],
    ]) {
      lie(federation, change);
      await assert.rejects(viewBasket(wallet, link), { code });
    }
  });

  it('makes nobody pay more than the offer that was signed', async () => {
    const { federation, wallet, baskets } = await counter();
    const link = baskets.ring({ max: 20n });
    lie(federation, { total_cents: 1, points: 3 });
    await assert.rejects(payBasket(wallet, link, 21n), { code: 'over-maximum' });
    const other = baskets.ring({ max: 30n, store: 2 });
    const path = `/v1/checkouts/${other.split('/').at(-1).split('#')[0]}/offer`;
    const { offer } = await (await federation.fetch(federation.addresses[1] + path, { method: 'GET' })).json();
    lie(federation, { offer });
    await assert.rejects(payBasket(wallet, link, 30n), { code: 'store-mismatch' });
    assert.equal(points(wallet), 30n);
  });

  it('never has it pay twice', async () => {
    const { wallet, baskets } = await counter();
    const link = baskets.ring({ max: 20n });
    await payBasket(wallet, link, 5n);
    await assert.rejects(payBasket(wallet, link, 5n), { code: 'already-paid' });
    assert.equal((await viewBasket(wallet, link)).isPaid, true);
  });

  it('links: the secret is needed, and the store must be of the charter', async () => {
    const { federation, wallet } = await counter();
    const [base] = federation.addresses;
    await assert.rejects(viewBasket(wallet, `${base}/b/abc`), { code: 'bad-link' });
    await assert.rejects(viewBasket(wallet, `${base}/g/abc#x`), { code: 'bad-link' });
    await assert.rejects(viewBasket(wallet, 'https://evil.test/b/abc#x'), { code: 'unknown-store' });
  });
});

describe('sums', () => {
  const sums = { totalCents: 4210n, eligibleCents: 3333n, pointValue: { cents: 3n, points: 2n } };
  const rate = { hundredths: 150n, cents: 100n, most: 40n };

  it('round what is paid down for the price, and up for what is earned', () => {
    assert.equal(moneyBeside(sums, 333n), 4210n - 499n);
    // 333 points are worth 499.5 cents, up to 500: 2833 cents earn 42.495 points, of at most 40.
    assert.equal(earnedBeside({ ...sums, rate }, 333n), 40n);
    assert.equal(earnedBeside({ ...sums, rate: { ...rate, most: 99n } }, 333n), 42n);
    assert.equal(earnedBeside({ ...sums, rate: { ...rate, most: 99n } }, 0n), 49n);
  });

  it('are never below nothing', () => {
    assert.equal(moneyBeside(sums, 9000n), 0n);
    assert.equal(earnedBeside({ ...sums, rate }, 9000n), 0n);
    assert.equal(earnedBeside(sums, 0n), 0n);
  });
});

describe('the address that a store leads to', () => {
  it('is taken in its one form alone', () => {
    for (const good of ['https://shop.test/', 'https://shop.test/a?b=c%20d', 'https://shop.test:8443/x']) {
      assert.equal(checkReturnUrl(good), good);
    }
    const long = `https://shop.test/${'x'.repeat(2000)}`;
    for (const bad of [
      'http://shop.test/',
      'https:shop.test',
      'https://',
      'https://a@shop.test/',
      'https://a:b@shop.test/',
      'https://shop.test/#x',
      'https://shop.test/#',
      'https://shop.test/a b',
      'https://shop.test/\u00e9',
      'javascript:alert(1)',
      ' https://shop.test/',
      'https://@shop.test/',
      long,
    ]) {
      assert.equal(checkReturnUrl(bad), undefined, bad);
    }
  });
});

// A payment that came too late comes back: the wallet asks the store that was paid, and claims by the payment's coin keys.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStorage, readWords, Wallet } from '../dist/index.js';
import { english } from '../dist/words/english.js';
import { problem } from './support/federation.mjs';
import { copyOf, setUp } from './support/wallets.mjs';

const MINUTES = 600n;
const DAY = 86_400n;

const asked = ({ requests }) => requests.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/refunds/'));
const claims = ({ requests }) => requests.filter(({ method, path }) => method === 'POST' && path.startsWith('/v1/refunds/'));
const saidOf = (federation, change) => {
  federation.after = ({ method, path }, { status, json }) =>
    method === 'GET' && path.startsWith('/v1/refunds/') ? change(status, json) : undefined;
};
/** The line is broken for everything about refunds. */
const silence = ({ path }) => {
  if (path.startsWith('/v1/refunds/')) throw new TypeError('the line broke');
};
const state = (text) => (status, json) => ({ status: 200, json: { ...json, state: text } });

/** A wallet whose payment is on its way to store 1 when the checkout ends: another store has it certified. */
async function late({ points = 11n, vouchers = [], grant = {}, ...more } = {}) {
  const warnings = [];
  const all = await setUp({}, { onWarning: ({ code }) => warnings.push(code), ...more });
  const { federation, wallet } = all;
  await wallet.claim(federation.grant(20, grant));
  const link = federation.checkout(500n);
  let next;
  federation.before = ({ store, path, method }) => {
    if (store !== 1 || path !== '/v1/orders' || method !== 'POST') return undefined;
    federation.now += MINUTES;
    federation.before = next;
    throw new TypeError('the line broke');
  };
  /** What happens to the requests after that. */
  const afterwards = (before) => (next = before);
  const pay = () => wallet.pay(link, points, vouchers);
  const reopened = async (storage = all.storage) => Wallet.open({ ...all.surroundings, storage });
  return { ...all, pay, afterwards, warnings, reopened };
}

describe('a payment', () => {
  it('that bought something is asked about once, at the store that was paid, and then forgotten', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const report = await wallet.pay(federation.checkout(20n, { store: 3 }), 11n);
    assert.equal('late' in report, false);
    await wallet.resume();
    assert.deepEqual(asked(federation).map(({ store, path }) => [store, path]), [[3, `/v1/refunds/${report.order}`]]);
  });

  it('that came too late comes back at once', async () => {
    const { federation, wallet, pay } = await late();
    const report = await pay();
    assert.deepEqual(report.late, { payment: report.order, state: 'back', points: 11n });
    assert.deepEqual([report.balance, wallet.balance().points, wallet.balance().pending], [20n, 20n, 0]);
    const [{ purpose, points, outcome, grant }] = wallet.history().filter((record) => record.purpose === 'refund');
    assert.deepEqual([purpose, points, outcome, grant], ['refund', 11n, 'certified', report.order]);
    await wallet.resume();
    assert.deepEqual([asked(federation).length, claims(federation).length], [1, 1]);
    assert.ok([...asked(federation), ...claims(federation)].every(({ store }) => store === 1));
    assert.equal((await wallet.pay(federation.checkout(20n), 20n)).state, 'done');
  });

  it('that its owner was told about first comes back when it goes on', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const link = federation.checkout(20n);
    federation.before = ({ path, method }) => {
      if (path === '/v1/orders' && method === 'POST') federation.now += MINUTES;
    };
    await assert.rejects(wallet.pay(link, 11n), { code: 'checkout-expired' });
    federation.before = undefined;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done', 'done']);
    assert.equal(wallet.balance().points, 20n);
  });

  it('comes back in points, its vouchers too', async () => {
    const vouchers = [{ offer: 3, count: 2 }];
    const { wallet, pay } = await late({ points: 3n, vouchers, grant: { vouchers } });
    assert.equal((await pay()).late.points, 303n);
    assert.deepEqual([wallet.balance().points, wallet.balance().vouchers], [320n, []]);
  });

  it('of which the store has not heard is asked about again', async () => {
    const { federation, wallet, pay } = await late();
    saidOf(federation, () => problem(404, 'not-found'));
    assert.equal('late' in (await pay()), false);
    await wallet.resume();
    federation.after = undefined;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.deepEqual([asked(federation).length, wallet.balance().points], [3, 20n]);
  });

  it('is asked about at the store that was paid alone, also when that is silent', async () => {
    const { federation, wallet, pay, afterwards, reopened } = await late();
    afterwards(silence);
    assert.equal((await pay()).state, 'done');
    await wallet.resume();
    assert.equal(wallet.balance().points, 9n);
    federation.before = undefined;
    // The storage knows it: a wallet that is opened anew goes on.
    const again = await reopened();
    await again.resume();
    assert.deepEqual(asked(federation).map(({ store }) => store), [1, 1, 1]);
    assert.equal(again.balance().points, 20n);
  });

  it('that can not be asked about stands in the way of no other', async () => {
    const { federation, wallet, pay, afterwards } = await late();
    afterwards(silence);
    await pay();
    const link = federation.checkout(5n, { store: 2 });
    federation.before = ({ store, path, method }) => {
      silence({ path });
      if (store !== 2 || path !== '/v1/orders' || method !== 'POST') return;
      federation.now += MINUTES;
      throw new TypeError('the line broke');
    };
    assert.equal((await wallet.pay(link, 5n)).state, 'done');
    assert.equal(wallet.balance().points, 4n);
    federation.before = undefined;
    // What store 1 says nobody can read, and it is asked first.
    federation.after = ({ store, path }) =>
      store === 1 && path.startsWith('/v1/refunds/') ? { status: 200, json: { state: 'owed', points: -1 } } : undefined;
    await wallet.resume();
    assert.equal(wallet.balance().points, 9n);
    federation.after = undefined;
    await wallet.resume();
    assert.equal(wallet.balance().points, 20n);
  });

  it('is not asked about while the wallet searches', async () => {
    const { federation, wallet, pay, afterwards } = await late();
    afterwards(silence);
    await pay();
    federation.before = undefined;
    const before = asked(federation).length;
    federation.mute = new Set([0, 1, 2, 3]);
    federation.down = new Set([1, 2, 3, 4]);
    assert.equal((await wallet.search().catch(() => ({ complete: false }))).complete, false);
    assert.equal(wallet.searching, true);
    federation.down.clear();
    await wallet.resume();
    assert.equal(asked(federation).length, before);
    federation.mute.clear();
    await wallet.search();
    await wallet.resume();
    assert.ok(asked(federation).length > before);
    assert.equal(wallet.searching, false);
  });

  it('is asked about for as long as its store does not say what became of it', async () => {
    const { federation, wallet, pay } = await late();
    federation.addKeyset({ issueUntil: federation.now + 200n * DAY, redeemUntil: federation.now + 300n * DAY });
    saidOf(federation, () => problem(404, 'not-found'));
    await pay();
    // By then the evaluations of its own keyset have ended, by the store's clock too.
    federation.now += 120n * DAY;
    await wallet.resume();
    assert.deepEqual([asked(federation).length, Wallet.inside(wallet).state.payments.length], [2, 1]);
    federation.after = undefined;
    await wallet.resume();
    assert.deepEqual([Wallet.inside(wallet).state.payments, wallet.balance().points], [[], 11n]);
  });

  it('of a wallet that was lost is not asked about', async () => {
    const { federation, wallet, pay, afterwards, surroundings } = await late();
    afterwards(silence);
    await pay();
    federation.before = undefined;
    const before = asked(federation).length;
    const seed = readWords(wallet.words(english).join(' '), english);
    const options = { ...surroundings, storage: new MemoryStorage(), node: federation.addresses[0], seed };
    const again = await Wallet.restore(options);
    await again.wallet.resume();
    assert.equal(again.wallet.balance().points, 9n);
    assert.equal(asked(federation).length, before);
  });
});

describe('a payment of a wallet whose clock is wrong', () => {
  const YEARS = 3650n * DAY;

  /** A payment that came too late, of which the store has not said so yet; and the wallet's own clock. */
  async function withClock() {
    const clock = { off: 0n };
    const all = await late();
    all.afterwards(silence);
    await all.pay();
    all.federation.before = undefined;
    const { federation, surroundings, storage } = all;
    const reopen = (off) => {
      clock.off = off;
      return Wallet.open({ ...surroundings, storage, now: () => federation.now + clock.off });
    };
    const payments = (wallet) => Wallet.inside(wallet).state.payments;
    return { ...all, reopen, clock, payments };
  }

  it('by years ahead is not forgotten, and what is owed comes once the clock is right', async () => {
    const { federation, reopen, clock, payments, warnings } = await withClock();
    const wallet = await reopen(YEARS);
    await wallet.resume();
    assert.deepEqual([payments(wallet).length, claims(federation).length, warnings.at(-1)], [1, 0, 'wrong-clock']);
    clock.off = 0n;
    await wallet.resume();
    assert.deepEqual([payments(wallet), wallet.balance().points], [[], 20n]);
  });

  it('by years ahead is kept also while the store says nothing, not even what time it is', async () => {
    const { federation, reopen, payments } = await withClock();
    const wallet = await reopen(YEARS);
    for (const status of [undefined, problem(404, 'not-found'), { status: 200, json: {} }]) {
      federation.before = ({ path }) => {
        if (path !== '/v1/status') return undefined;
        if (status === undefined) throw new TypeError('the line broke');
        return status;
      };
      await wallet.resume();
    }
    federation.before = undefined;
    saidOf(federation, () => problem(404, 'not-found'));
    await wallet.resume();
    assert.equal(payments(wallet).length, 1);
  });

  it('by years back is not claimed in a keyset that has ended', async () => {
    const { federation, reopen, clock, warnings } = await withClock();
    const { now } = federation;
    federation.addKeyset({ issueUntil: now + 200n * DAY, redeemUntil: now + 300n * DAY });
    federation.now += 40n * DAY;
    const wallet = await reopen(-YEARS);
    await wallet.resume();
    assert.deepEqual([claims(federation).length, warnings.at(-1)], [0, 'wrong-clock']);
    clock.off = 0n;
    await wallet.resume();
    assert.equal(wallet.balance().points, 20n);
  });
});

describe('a payment of a wallet that was lost', () => {
  /** A wallet of the same words, restored, and the payment that came too late. */
  async function restored(options) {
    const all = await late(options);
    all.afterwards(silence);
    const { order } = await all.pay();
    all.federation.before = undefined;
    const seed = readWords(all.wallet.words(english).join(' '), english);
    const { surroundings, federation } = all;
    const from = { ...surroundings, storage: new MemoryStorage(), node: federation.addresses[0], seed };
    const { wallet } = await Wallet.restore(from);
    await wallet.resume();
    return { ...all, order, wallet };
  }

  it('comes back when its owner names it, and is asked about at the store that was paid alone', async () => {
    const { federation, wallet, order } = await restored();
    assert.equal(wallet.balance().points, 9n);
    const before = asked(federation).length;
    assert.deepEqual(await wallet.refund(order, 1), { payment: order, state: 'back', points: 11n });
    assert.equal(wallet.balance().points, 20n);
    assert.deepEqual(asked(federation).slice(before).map(({ store }) => store), [1]);
    assert.equal(await wallet.refund(order, 1), undefined);
    assert.equal(wallet.balance().points, 20n);
  });

  it('comes back later, if the store is silent', async () => {
    const { federation, wallet, order } = await restored();
    federation.before = silence;
    assert.equal(await wallet.refund(order, 1), undefined);
    federation.before = undefined;
    await wallet.resume();
    assert.equal(wallet.balance().points, 20n);
  });

  it('gives nothing if it bought something', async () => {
    const { federation, wallet, surroundings } = await setUp();
    await wallet.claim(federation.grant(20));
    const { order } = await wallet.pay(federation.checkout(20n), 11n);
    const seed = readWords(wallet.words(english).join(' '), english);
    const again = await Wallet.restore({ ...surroundings, storage: new MemoryStorage(), node: federation.addresses[0], seed });
    assert.equal(await again.wallet.refund(order, 1), undefined);
    assert.equal(again.wallet.balance().points, 9n);
  });

  it('is none if it is another order, or of other words', async () => {
    const { federation, wallet, surroundings } = await setUp();
    const { order: claim } = await wallet.claim(federation.grant(20));
    await assert.rejects(wallet.refund(claim, 1), { code: 'no-such-order' });
    await assert.rejects(wallet.refund('zz', 1), { code: 'no-such-order' });
    const { order } = await wallet.pay(federation.checkout(20n), 11n);
    const { findInputs } = await import('../dist/machine/wallet/places.js');
    const other = await Wallet.create({ ...surroundings, storage: new MemoryStorage(), node: federation.addresses[0] });
    const { order: body } = federation.orders.get(order).checked;
    const search = findInputs(Wallet.inside(other).context.secrets, 0, body, 3n);
    let found = search.next();
    for (let turn = 0; !found.done; turn += 1, found = search.next()) assert.ok(turn < 3);
    assert.equal(found.value.size, 0);
  });
});

describe('the claim of a refund', () => {
  it('is durable before it is sent, and sent again in the same bytes without another question', async () => {
    const { federation, storage, pay, afterwards, reopened } = await late();
    const open = [];
    const breakLine = async ({ path, method }) => {
      if (method !== 'POST' || !path.startsWith('/v1/refunds/')) return;
      open.push((await reopened(await copyOf(storage))).balance().pending);
      throw new TypeError('the line broke');
    };
    afterwards(breakLine);
    const report = await pay();
    assert.deepEqual(report.late, { payment: report.order, state: 'pending', points: 11n });
    assert.ok(open.length > 0 && open.every((pending) => pending === 1));
    federation.before = undefined;
    const again = await reopened();
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    assert.equal(again.balance().points, 20n);
    assert.equal(asked(federation).length, 1);
    assert.equal(new Set(claims(federation).map(({ body }) => body)).size, 1);
    const { state: { payments } } = Wallet.inside(again);
    assert.deepEqual(payments, []);
  });

  it('is not made for another sum than was paid', async () => {
    const { federation, wallet, pay, warnings } = await late();
    saidOf(federation, (status, json) => ({ status, json: { ...json, points: json.points - 1 } }));
    await pay();
    assert.deepEqual([claims(federation).length, warnings.at(-1)], [0, 'other-refund']);
    federation.after = undefined;
    await wallet.resume();
    assert.equal(wallet.balance().points, 20n);
  });

  it('is not made for what is paid by hand: the owner is told, once and for good', async () => {
    const { federation, wallet, pay, warnings } = await late();
    saidOf(federation, state('withdrawn'));
    const report = await pay();
    assert.deepEqual(report.late, { payment: report.order, state: 'by-hand', points: 11n });
    await wallet.resume();
    assert.deepEqual([asked(federation).length, claims(federation).length], [1, 0]);
    assert.deepEqual(warnings.filter((code) => code.startsWith('refund')), ['refund-by-hand']);
    const { purpose, outcome, grant } = wallet.history().at(-1);
    assert.deepEqual([purpose, outcome, grant], ['refund', 'withdrawn', report.order]);
  });

  it('of another wallet of the same words is waited for, and then forgotten', async () => {
    const { federation, wallet, pay } = await late();
    saidOf(federation, state('pending'));
    assert.equal((await pay()).late.state, 'pending');
    saidOf(federation, state('claimed'));
    await wallet.resume();
    await wallet.resume();
    assert.deepEqual([asked(federation).length, claims(federation).length, wallet.balance().points], [2, 0, 9n]);
  });

  it('goes to one of two copies of a wallet, and the other is told', async () => {
    const { federation, storage, pay, wallet, reopened } = await late();
    saidOf(federation, () => problem(404, 'not-found'));
    await pay();
    const twin = await reopened(await copyOf(storage));
    federation.after = undefined;
    // At the same place it would make the very same claim.
    await twin.claim(federation.grant(1));
    await twin.resume();
    // The store shows at first what it knew before.
    const shown = ['owed'];
    saidOf(federation, (status, json) => ({ status, json: { ...json, state: shown.pop() ?? json.state } }));
    const [{ state: became, error }] = await wallet.resume();
    assert.deepEqual([became, error.code], ['withdrawn', 'grant-claimed']);
    assert.deepEqual(Wallet.inside(wallet).state.payments, []);
    assert.deepEqual([twin.balance().points, wallet.balance().points], [21n, 9n]);
    await wallet.resume();
    assert.equal(claims(federation).length, 2);
  });

  for (const [status, code] of [[404, 'not-found'], [429, 'limit-exceeded'], [422, 'bad-signature']]) {
    it(`passes a ${code}, and is sent again`, async () => {
      const { federation, wallet, pay } = await late();
      federation.after = ({ method, path }) =>
        method === 'POST' && path.startsWith('/v1/refunds/') ? problem(status, code) : undefined;
      assert.equal((await pay()).late.state, 'pending');
      assert.equal(wallet.balance().pending, 1);
      federation.after = undefined;
      assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
      assert.equal(wallet.balance().points, 20n);
      assert.equal(new Set(claims(federation).map(({ body }) => body)).size, 1);
    });
  }

  it('that is refused for good is asked about until the store says why', async () => {
    const { federation, wallet, pay, warnings } = await late();
    const shown = ['pending', 'owed'];
    federation.after = ({ method, path }, { status, json }) => {
      if (!path.startsWith('/v1/refunds/')) return undefined;
      if (method === 'POST') return problem(410, 'grant-expired');
      return { status, json: { ...json, state: shown.pop() ?? 'withdrawn' } };
    };
    assert.equal((await pay()).late.state, 'pending');
    assert.equal(wallet.balance().pending, 0);
    await wallet.resume();
    await wallet.resume();
    assert.deepEqual([asked(federation).length, claims(federation).length, warnings], [3, 1, ['refund-by-hand']]);
  });

  it('is signed once: a store that owes what it has refused gets no other', async () => {
    const { federation, wallet, pay, afterwards } = await late();
    afterwards(({ method, path }) =>
      method === 'POST' && path.startsWith('/v1/refunds/') ? problem(409, 'grant-claimed') : undefined,
    );
    await pay();
    federation.before = undefined;
    await wallet.resume();
    assert.deepEqual([claims(federation).length, wallet.balance().points], [1, 9n]);
    assert.equal(Wallet.inside(wallet).state.payments.length, 1);
  });
});

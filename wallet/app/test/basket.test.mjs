// Baskets at a till, and receipts, through the app: what is chosen, what is waited for, what is kept.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { billOf, canPay, receiptOf, stageOf } from '../build/app/src/decide/basket.js';
import { readPlace, kindOf } from '../build/app/src/decide/place.js';
import { AppView } from '../build/app/src/view/app.js';
import { StorageError } from '../build/src/index.js';
import { made, writeDown } from './support/app.mjs';
import { sayIn } from './support/say.mjs';

const RECEIPT = 'Lait 1,20\nPain 2,30\n';

/** Until the app's basket is so far. The shop of the tests does not wait with its answers, so the app pauses: it is woken. */
async function until(opened, stage) {
  for (let turn = 0; turn < 500; turn += 1) {
    const { screen } = opened.app.state;
    if (screen.name === 'basket' && screen.stage === stage) return screen;
    opened.phone.wake?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return assert.fail(`the basket is ${opened.app.state.screen.stage ?? opened.app.state.screen.name}, not ${stage}`);
}

/** A wallet with 30 points. */
async function counter() {
  const opened = await made();
  const { federation } = opened;
  await opened.act.open(federation.grant(30));
  await opened.act.take();
  return { ...opened, baskets: federation.baskets };
}

describe('a basket in the app', () => {
  it('is paid in part, waits for the till, and brings points and a receipt', async () => {
    const opened = await counter();
    const { app, act, baskets } = opened;
    const link = baskets.ring({ total: 2000n, max: 500n, receipt: RECEIPT, returnUrl: 'https://shop.test/done' });
    await act.open(link);
    assert.deepEqual([app.state.screen.name, app.state.screen.stage, app.state.screen.points], ['basket', 'choose', 30n]);
    assert.deepEqual(billOf(app.state.screen, []), { total: 2000n, paid: 30n, left: 1970n, earns: 19n });
    act.setPoints(10n);
    assert.deepEqual(billOf(app.state.screen, []), { total: 2000n, paid: 10n, left: 1990n, earns: 19n });
    await act.payBasket();
    const waiting = await until(opened, 'wait');
    assert.deepEqual(billOf(waiting, []), { total: 2000n, paid: 10n, left: 1990n, earns: 19n });
    assert.equal(app.state.wallet.baskets.length, 1);
    baskets.complete(link);
    const done = await until(opened, 'done');
    assert.deepEqual([app.state.wallet.points, app.state.wallet.baskets.length], [39n, 0]);
    assert.equal(done.basket.returnUrl, 'https://shop.test/done');
    assert.deepEqual(app.state.receipts.map(({ store, text }) => [store, text]), [['Store 1', RECEIPT]]);
    const [earned] = app.state.wallet.history.filter(({ purpose }) => purpose === 'claim').slice(-1);
    assert.equal(receiptOf(earned.grant, app.state.receipts).text, RECEIPT);
    assert.equal(app.state.kept.notes[earned.grant].store, 'Store 1');
    assert.equal(baskets.hasReceipt(link), false);
  });

  it('shows the way back to the shop’s page while the till waits for the rest, and what is chosen as not paid yet', async () => {
    const opened = await counter();
    const { app, act, baskets } = opened;
    const url = 'https://shop.test/done?a=1';
    const link = baskets.ring({ max: 500n, returnUrl: url });
    const drawn = () => renderToString(h(AppView, { state: app.state, say: sayIn('en'), act: { home: () => '' } }));
    const isBack = () => new RegExp(`<a [^>]*href="${url.replace('?', '[?]')}"[^>]*>Back to shop.test</a>`).test(drawn());
    await act.open(link);
    assert.deepEqual([isBack(), /In points/.test(drawn()), /Paid with points/.test(drawn())], [false, true, false]);
    await act.payBasket();
    await until(opened, 'wait');
    assert.deepEqual([isBack(), /In points/.test(drawn()), /Paid with points/.test(drawn())], [true, false, true]);
    baskets.complete(link);
    await until(opened, 'done');
    assert.equal(isBack(), true);
  });

  it('only earns if its owner wants so', async () => {
    const opened = await counter();
    const link = opened.baskets.ring({ max: 500n, atOnce: true });
    await opened.act.open(link);
    await opened.act.declineBasket();
    await until(opened, 'done');
    assert.equal(opened.app.state.wallet.points, 50n);
  });

  it('asks nobody who has nothing to pay with', async () => {
    const opened = await made();
    const link = opened.federation.baskets.ring({ max: 500n, atOnce: true });
    await opened.act.open(link);
    await until(opened, 'done');
    assert.equal(opened.app.state.wallet.points, 20n);
  });

  it('that the till cancels says so, and is forgotten', async () => {
    const opened = await counter();
    const link = opened.baskets.ring();
    await opened.act.open(link);
    await until(opened, 'wait');
    opened.baskets.cancel(link);
    await until(opened, 'cancelled');
    assert.deepEqual(opened.app.state.wallet.baskets, []);
  });

  it('goes on in the background when its owner leaves', async () => {
    const opened = await counter();
    const { app, act, baskets } = opened;
    const link = baskets.ring({ receipt: RECEIPT });
    await act.open(link);
    await until(opened, 'wait');
    act.go('home');
    opened.phone.wake?.();
    baskets.complete(link);
    await act.resume();
    assert.deepEqual([app.state.screen.name, app.state.wallet.points, app.state.receipts.length], ['home', 50n, 1]);
    const words = { key: 'banner.basket', with: { points: { points: 20n } } };
    assert.deepEqual(app.state.notice, { tone: 'good', words });
  });

  it('whose points would pass 100 waits for the words', async () => {
    const opened = await counter();
    const { app, act, baskets } = opened;
    const link = baskets.ring({ total: 9000n, atOnce: true });
    await act.open(link);
    await until(opened, 'backup');
    await act.resume();
    assert.deepEqual([app.state.wallet.points, app.state.wallet.baskets.length], [30n, 1]);
    await writeDown(opened);
    await act.resume();
    assert.deepEqual([app.state.wallet.points, app.state.wallet.baskets.length], [120n, 0]);
  });

  it('is opened again where it was: it is not paid twice', async () => {
    const opened = await counter();
    const { app, act, baskets } = opened;
    const link = baskets.ring({ max: 500n });
    await act.open(link);
    act.setPoints(10n);
    await act.payBasket();
    await until(opened, 'wait');
    act.go('home');
    await act.open(link);
    const screen = await until(opened, 'wait');
    assert.deepEqual([screen.points, app.state.wallet.points], [10n, 20n]);
    baskets.complete(link);
    await until(opened, 'done');
  });

  it('that takes no payment any more says so, and goes on', async () => {
    const opened = await counter();
    const { app, act, federation, baskets } = opened;
    const link = baskets.ring({ max: 500n });
    await act.open(link);
    federation.now += 600n;
    await act.payBasket();
    const screen = await until(opened, 'wait');
    assert.deepEqual([screen.basket.state, screen.points, app.state.wallet.points], ['expired', 0n, 30n]);
    baskets.complete(link);
    await until(opened, 'done');
    assert.equal(app.state.wallet.points, 50n);
  });

  it('whose payment came too late says so, and earns on all of it', async () => {
    const opened = await counter();
    const { app, act, federation, baskets } = opened;
    const link = baskets.ring({ max: 500n });
    await act.open(link);
    federation.before = ({ store, path, method }) => {
      if (store !== 1 || path !== '/v1/orders' || method !== 'POST') return undefined;
      federation.now += 600n;
      federation.before = undefined;
      throw new TypeError('the line broke');
    };
    await act.payBasket();
    assert.deepEqual([app.state.screen.title.key, app.state.wallet.points], ['pay.toolate', 30n]);
    await act.open(link);
    const screen = await until(opened, 'wait');
    assert.deepEqual([screen.points, screen.basket.state], [0n, 'expired']);
    baskets.complete(link);
    await until(opened, 'done');
    assert.equal(app.state.wallet.points, 50n);
  });

  it('that nobody answers for is kept, and can be opened later', async () => {
    const opened = await counter();
    const { app, act, phone, baskets } = opened;
    const link = baskets.ring({ max: 500n });
    phone.online = false;
    await act.open(link);
    assert.deepEqual(app.state.kept.waiting.map(({ kind }) => kind), ['basket']);
    phone.online = true;
    await act.open(link);
    // It stays until something came of it.
    assert.deepEqual([app.state.screen.stage, app.state.kept.waiting.length], ['choose', 1]);
    await act.declineBasket();
    assert.deepEqual([app.state.wallet.baskets.length, app.state.kept.waiting], [1, []]);
  });

  it('waits while its owner has not chosen, also when the app is closed, until the wallet has written it down', async () => {
    const opened = await counter();
    const link = opened.baskets.ring({ max: 500n });
    const waiting = ({ state }) => state.kept.waiting.map((each) => [each.link, each.pressed]);
    await opened.act.open(link);
    opened.act.go('home');
    assert.deepEqual([waiting(opened.app), opened.app.state.wallet.baskets], [[[link, true]], []]);
    await opened.act.open(link);
    await opened.app.close();
    opened.env.tabs.give();
    const again = opened.phone.open();
    await again.act.start();
    assert.deepEqual(waiting(again.app), [[link, true]]);
    await again.act.open(link);
    assert.equal(again.app.state.screen.stage, 'choose');
    await again.act.payBasket();
    await until({ ...opened, ...again }, 'wait');
    assert.deepEqual([waiting(again.app), again.app.state.wallet.baskets.map((each) => each.link)], [[], [link]]);
  });

  it('waits on if the device can not write it down, whatever was wrong', async () => {
    const opened = await counter();
    const link = opened.baskets.ring();
    opened.phone.online = false;
    await opened.act.open(link);
    opened.phone.online = true;
    opened.app.storage.save = async () => {
      throw new StorageError('storage-unknown', 'the disk broke');
    };
    await opened.act.open(link);
    assert.deepEqual(opened.app.state.kept.waiting.map((each) => each.link), [link]);
  });

  it('says what can’t be decided yet, and does not send it again', async () => {
    const opened = await counter();
    const { app, act, baskets, federation } = opened;
    const link = baskets.ring({ max: 500n });
    await act.open(link);
    federation.mute = new Set([0, 1]);
    await act.payBasket();
    const screen = await until(opened, 'wait');
    assert.deepEqual([screen.basket.isPaid, screen.basket.paying.points], [false, 30n]);
    federation.mute = new Set();
    await act.resume();
    baskets.complete(link);
    await until(opened, 'done');
    assert.equal(app.state.wallet.points, 19n);
  });
});

describe('receipts in the app', () => {
  it('come with grants too, outlive a restart, and go only when their owner says so', async () => {
    const opened = await counter();
    const { app, act, baskets, phone } = opened;
    await act.open(baskets.grant(10, RECEIPT));
    await act.take();
    assert.deepEqual(app.state.screen.text.map(({ key }) => key), ['take.done.text', 'take.receipt']);
    const [{ name }] = app.state.receipts;
    await app.close();
    opened.env.tabs.give();
    const again = phone.open();
    await again.act.start();
    assert.deepEqual(again.state.receipts.map(({ text }) => text), [RECEIPT]);
    await again.act.dropReceipt(name);
    assert.deepEqual(again.state.receipts, []);
    await again.app.close();
    again.env.tabs.give();
    const third = phone.open();
    await third.act.start();
    assert.deepEqual(third.state.receipts, []);
  });
});

describe('deciding about baskets', () => {
  const basket = { state: 'complete', earns: { points: 5n }, totalCents: 100n, payCents: 100n };

  it('how far one is', () => {
    assert.equal(stageOf({ ...basket, state: 'settled' }, false), 'wait');
    assert.equal(stageOf({ ...basket, state: 'expired' }, false), 'wait');
    assert.equal(stageOf({ ...basket, state: 'cancelled' }, false), 'cancelled');
    assert.equal(stageOf(basket, false), 'done');
    assert.equal(stageOf({ ...basket, grant: { state: 'open' } }, true), 'backup');
    assert.equal(stageOf({ ...basket, grant: { state: 'open' } }, false), 'coming');
    assert.equal(stageOf({ ...basket, grant: { state: 'open' }, claim: 'pending' }, true), 'coming');
    assert.equal(stageOf({ ...basket, grant: { state: 'claimed' }, claim: 'taken' }, false), 'done');
  });

  it('what it earned is what can be claimed, and nothing if there is nothing', () => {
    const screen = { basket, stage: 'done', points: 0n, vouchers: [] };
    assert.equal(billOf(screen, []).earns, 0n);
    const grant = { terms: { points: 3n }, state: 'claimed' };
    assert.equal(billOf({ ...screen, basket: { ...basket, grant } }, []).earns, 3n);
  });

  it('whether there is anything to pay with', () => {
    const offers = [{ id: 3, value: 150n }];
    assert.equal(canPay(0n, 500n, [], offers), false);
    assert.equal(canPay(5n, 500n, [], offers), true);
    assert.equal(canPay(0n, 500n, [{ offer: 3, count: 1 }], offers), true);
    assert.equal(canPay(0n, 100n, [{ offer: 3, count: 1 }], offers), false);
  });

  it('which links are theirs', () => {
    assert.equal(kindOf('https://a.test/b/xyz#s'), 'basket');
    assert.equal(kindOf('https://a.test/b/xyz'), undefined);
    assert.equal(kindOf('https://a.test/b/g/xyz#s'), 'grant');
    const opened = readPlace('https://a.test/ronde/b/xyz#secret');
    assert.deepEqual([opened.link, opened.clean], ['https://a.test/ronde/b/xyz#secret', 'https://a.test/ronde/wallet/']);
    assert.equal(readPlace('https://a.test/wallet/?link=b/xyz#secret').link, 'https://a.test/b/xyz#secret');
  });
});

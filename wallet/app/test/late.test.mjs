// A payment that came too late bought nothing: the app says so, and that its points come back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linesOf } from '../build/app/src/decide/lines.js';
import { sayIn } from './support/say.mjs';
import { problem } from '../../test/support/federation.mjs';
import { device, made, writeDown } from './support/app.mjs';

const MINUTES = 600n;
const screen = (opened) => opened.app.state.screen;
const keys = ({ title, text }) => [title.key, ...text.map(({ key }) => key)];
const isAbout = (method, request) => request.method === method && request.path.startsWith('/v1/refunds/');
const linesNow = ({ state: { wallet, kept } }) => linesOf(wallet, kept).map((line) => [line.title.key, line.state.key]);

/** Pays 40 of 90 points at store 3, whose line breaks; the checkout ends, and another store has the payment certified. */
async function late({ meanwhile } = {}) {
  const opened = await made();
  const { federation } = opened;
  await opened.act.open(federation.grant(90, { store: 2 }));
  await opened.act.take();
  const link = federation.checkout(40n, { store: 3 });
  federation.before = ({ store, path, method }) => {
    if (store !== 3 || path !== '/v1/orders' || method !== 'POST') return undefined;
    federation.now += MINUTES;
    federation.before = meanwhile;
    throw new TypeError('the line broke');
  };
  await opened.act.open(link);
  opened.act.setPoints(40n);
  await opened.act.pay();
  return opened;
}

describe('a payment that came too late', () => {
  it('is said to have bought nothing, and its points to be back', async () => {
    const opened = await late();
    assert.equal(opened.state.wallet.points, 90n);
    assert.deepEqual(keys(screen(opened)), ['pay.toolate', 'pay.toolate.text', 'pay.toolate.back']);
    assert.equal(screen(opened).tone, 'bad');
    assert.deepEqual(linesNow(opened).slice(0, 2), [
      ['line.refund', 'state.refunded'],
      ['line.pay', 'state.toolate'],
    ]);
    const [back] = linesOf(opened.state.wallet, opened.state.kept);
    assert.deepEqual([back.title.with.name, back.sign, back.points], ['Store 3', '+', 40n]);
  });

  it('is said in French and in English, with the shop and the points', async () => {
    const { text, title } = screen(await late());
    const read = (lang) => [title, ...text].map((words) => sayIn(lang).words(words).replaceAll('\u00a0', ' ')).join(' ');
    assert.match(read('en'), /too late\b.*Store 3.*bought nothing\. Your 40 points came back\. You have 90 points/);
    assert.match(read('fr'), /trop tard\b.*Store 3.*n’a rien payé\. Vos 40 points sont revenus\. Vous avez 90 points/);
  });

  it('has its points on their way as long as the claim is not decided, and then in the balance', async () => {
    const opened = await late({
      meanwhile: (request) => {
        if (isAbout('POST', request)) throw new TypeError('the line broke');
      },
    });
    assert.deepEqual(keys(screen(opened)), ['pay.toolate', 'pay.toolate.text', 'pay.toolate.pending']);
    assert.deepEqual([screen(opened).tone, opened.state.wallet.points], ['wait', 50n]);
    assert.deepEqual(linesNow(opened).slice(0, 2), [
      ['line.refund', 'state.refund'],
      ['line.pay', 'state.toolate'],
    ]);
    await opened.act.resume();
    assert.equal(screen(opened).text.at(-1).key, 'pay.toolate.pending');
    opened.federation.before = undefined;
    await opened.act.resume();
    assert.equal(opened.state.wallet.points, 90n);
    assert.deepEqual(keys(screen(opened)), ['pay.toolate', 'pay.toolate.text', 'pay.toolate.back']);
    assert.deepEqual(opened.state.notice, {
      tone: 'good',
      words: { key: 'banner.refund', with: { points: { points: 40n } } },
    });
  });

  it('is not called paid before the shop has said so', async () => {
    const silent = (request) => {
      if (isAbout('GET', request)) throw new TypeError('the line broke');
    };
    const opened = await late({ meanwhile: silent });
    assert.deepEqual(keys(screen(opened)), ['pay.unsure', 'pay.unsure.text']);
    assert.deepEqual(linesNow(opened)[0], ['line.pay', 'state.unsure']);
    opened.federation.before = undefined;
    opened.federation.after = (request, { status, json }) =>
      isAbout('GET', request) ? { status, json: { ...json, state: 'paid' } } : undefined;
    await opened.act.resume();
    assert.deepEqual([screen(opened).title.key, linesNow(opened)[0][1]], ['pay.done', 'state.done']);
  });

  it('on a device that was lost comes back on another, once its owner has looked at it and asks', async () => {
    const opened = await late({
      meanwhile: (request) => {
        if (isAbout('GET', request)) throw new TypeError('the line broke');
      },
    });
    const { federation } = opened;
    federation.before = undefined;
    const words = await writeDown(opened);
    const other = device(federation, { name: 'other', store: 2 }).open();
    await other.act.start();
    other.act.toRestore();
    other.act.typeWords(words.join(' '));
    await other.act.restore();
    await other.act.resume();
    assert.equal(other.state.wallet.points, 50n);
    assert.equal(federation.requests.filter((request) => isAbout('GET', request)).length, 1);
    for (const { id } of other.state.wallet.history.filter(({ purpose }) => purpose === 'recover')) {
      other.act.toEntry(id);
      await other.act.askRecord();
      if (screen(other).record.purpose.type === 'redeem') break;
    }
    await other.act.askRefund();
    assert.deepEqual(keys(screen(other)), ['pay.toolate', 'pay.toolate.text', 'pay.toolate.back']);
    assert.equal(other.state.wallet.points, 90n);
    other.act.toEntry(other.state.wallet.history.find(({ purpose }) => purpose === 'recover').id);
    await other.act.askRefund();
    assert.equal(screen(other).name, 'entry');
  });

  it('that was told as late is never shown as paid', async () => {
    const opened = await made();
    const { federation } = opened;
    await opened.act.open(federation.grant(90, { store: 2 }));
    await opened.act.take();
    await opened.act.open(federation.checkout(40n, { store: 3 }));
    federation.before = ({ store, path }) => {
      if (store !== 3 || path !== '/v1/orders') return undefined;
      federation.now += MINUTES;
      return problem(410, 'checkout-expired');
    };
    opened.act.setPoints(40n);
    await opened.act.pay();
    assert.equal(screen(opened).title.key, 'pay.late');
    await opened.act.resume();
    assert.deepEqual(keys(screen(opened)), ['pay.toolate', 'pay.toolate.text', 'pay.toolate.back']);
    assert.equal(opened.state.wallet.points, 90n);
  });

  it('that the shop pays by hand is told with the code of the payment', async () => {
    const opened = await late({
      meanwhile: (request) =>
        isAbout('GET', request) ? { status: 200, json: { state: 'withdrawn', points: 40 } } : undefined,
    });
    const { history } = opened.state.wallet;
    const code = history.find(({ purpose }) => purpose === 'pay').digest.slice(0, 8);
    assert.deepEqual(keys(screen(opened)), ['pay.toolate', 'pay.toolate.text', 'pay.toolate.hand']);
    assert.equal(screen(opened).text[1].with.code, code);
    assert.equal(opened.state.notice.words.key, 'banner.refund.hand');
    const line = linesOf(opened.state.wallet, opened.state.kept).find(({ title }) => title.key === 'line.refund');
    assert.deepEqual([line.tone, line.state.key, line.code, line.order.slice(0, 8)], ['bad', 'state.byhand', undefined, code]);
  });
});

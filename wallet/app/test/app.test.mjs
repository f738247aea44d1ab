// The app at work in a federation: what it shows and keeps after each thing its owner does.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Federation, problem } from '../../test/support/federation.mjs';
import { lossOf } from '../build/app/src/decide/erase.js';
import { isTimeUp, patienceOf } from '../build/app/src/decide/expiry.js';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { codeOfId } from '../build/app/src/decide/code.js';
import { linesOf } from '../build/app/src/decide/lines.js';
import { AppView } from '../build/app/src/view/app.js';
import { device, made, writeDown } from './support/app.mjs';
import { sayIn } from './support/say.mjs';

const screen = (opened) => opened.app.state.screen;
const waiting = (opened) => opened.app.state.kept.waiting;

/** Follows a link and does what its screen offers first. */
async function take(opened, link) {
  await opened.act.open(link);
  assert.equal(screen(opened).name, 'take');
  await opened.act.take();
}

/** Waits for something that goes on in the background. */
async function until(holds) {
  while (!holds()) await new Promise(setImmediate);
}

async function pay(opened, link, points) {
  await opened.act.open(link);
  assert.equal(screen(opened).name, 'pay');
  if (points !== undefined) opened.act.setPoints(points);
  await opened.act.pay();
}

describe('the first start', () => {
  it('offers a new wallet, and asks the browser to keep it', async () => {
    const federation = new Federation();
    const opened = device(federation).open();
    await opened.act.start();
    assert.equal(opened.state.phase, 'start');
    await opened.act.make();
    assert.equal(opened.state.phase, 'open');
    assert.equal(opened.state.stored, 'kept');
    assert.equal(opened.state.kept.confirmed, false);
  });

  it('goes on with the link that it was opened with', async () => {
    const federation = new Federation();
    const opened = device(federation).open(federation.grant(12));
    await opened.act.start();
    await opened.act.make();
    assert.equal(screen(opened).name, 'take');
    assert.equal(opened.state.link, undefined);
  });

  it('says where a link opens that belongs to a wallet at another address', async () => {
    const federation = new Federation();
    const link = federation.grant(12, { store: 2 });
    const phone = device(federation, { store: 2 });
    const opened = phone.open(link);
    await opened.act.start();
    assert.equal(opened.act.elsewhere('store1.test'), `https://store1.test/wallet/#open=${encodeURIComponent(link)}`);
    assert.equal(opened.act.elsewhere('javascript:alert(1)'), undefined);
    assert.equal(phone.open(link).act.home(), 'store1.test');
    await until(() => opened.state.shops !== undefined);
    assert.deepEqual(
      opened.state.shops.map(({ name }) => name),
      ['Store 1', 'Store 3', 'Store 4'],
    );
    assert.ok(opened.act.elsewhere('store 3').startsWith('https://store3.test/wallet/#'));
    assert.equal(opened.act.elsewhere('Store 9'), undefined);
  });

  it('that no store answers leaves nothing, and can be tried again', async () => {
    const federation = new Federation();
    const phone = device(federation);
    const opened = phone.open();
    await opened.act.start();
    phone.online = false;
    await opened.act.make();
    assert.deepEqual([opened.state.phase, screen(opened).tone], ['start', 'bad']);
    phone.online = true;
    await opened.act.make();
    assert.equal(opened.state.phase, 'open');
  });
});

describe('points of a shop', () => {
  it('are shown with the name of the charter and the reason, and taken when their owner says so', async () => {
    const opened = await made();
    const { federation } = opened;
    federation.after = ({ path, method }, answer) =>
      method === 'GET' && path.startsWith('/v1/grants/')
        ? { ...answer, json: { ...answer.json, reason: 'three jars' } }
        : answer;
    await opened.act.open(federation.grant(42, { store: 2 }));
    assert.equal(screen(opened).grant.reason, 'three jars');
    assert.equal(opened.state.wallet.points, 0n);
    await opened.act.take();
    assert.equal(screen(opened).tone, 'good');
    assert.equal(opened.state.wallet.points, 42n);
    const [line] = linesOf(opened.state.wallet, opened.state.kept);
    assert.deepEqual(
      [line.title, line.sign, line.note.reason],
      [{ key: 'line.claim', with: { name: 'Store 2' } }, '+', 'three jars'],
    );
  });

  it('beyond 100 wait for the words to be written down, and are taken then', async () => {
    const opened = await made();
    const link = opened.federation.grant(101);
    await opened.act.open(link);
    assert.deepEqual(
      waiting(opened).map(({ why }) => why),
      ['backup'],
    );
    await opened.act.resume();
    assert.equal(opened.state.wallet.points, 0n);
    await writeDown(opened);
    assert.equal(opened.state.kept.confirmed, true);
    await opened.act.resume();
    assert.equal(opened.state.wallet.points, 101n);
    assert.deepEqual(waiting(opened), []);
  });

  it('that are on their way count towards the 100', async () => {
    const opened = await made();
    const { federation } = opened;
    federation.mute = new Set([0, 1]);
    await take(opened, federation.grant(60));
    assert.equal(screen(opened).tone, 'wait');
    federation.mute = new Set();
    await opened.act.open(federation.grant(41));
    await opened.act.take();
    assert.deepEqual([screen(opened).name, opened.state.wallet.points], ['take', 0n]);
    assert.deepEqual(
      waiting(opened).map(({ why }) => why),
      ['backup'],
    );
  });

  it('that the cooperative does not give out today are kept, with the reason', async () => {
    const opened = await made();
    const { federation } = opened;
    await opened.act.open(federation.grant(30));
    federation.now += 2_700_000n;
    await opened.act.take();
    assert.deepEqual(
      waiting(opened).map(({ why, trouble }) => [why, trouble.key]),
      [['offline', 'trouble.no-open-keyset']],
    );
  });

  it('that were scanned offline are kept over a restart, and claimed by themselves', async () => {
    const opened = await made();
    const { federation, phone } = opened;
    phone.online = false;
    await opened.act.open(federation.grant(30));
    assert.equal(screen(opened).tone, 'wait');
    assert.equal(waiting(opened).length, 1);
    await opened.app.close();
    opened.env.tabs.give();
    const again = phone.open();
    await again.act.start();
    assert.equal(again.state.kept.waiting.length, 1);
    phone.online = true;
    await again.act.resume();
    assert.equal(again.state.wallet.points, 30n);
    assert.deepEqual(again.state.kept.waiting, []);
    assert.equal(again.state.notice.tone, 'good');
  });

  it('that somebody else took meanwhile stay in the list with the reason, until they are put away', async () => {
    const opened = await made();
    const { federation, phone } = opened;
    const link = federation.grant(30);
    phone.online = false;
    await opened.act.open(link);
    phone.online = true;
    federation.after = ({ path, method }, answer) =>
      method === 'GET' && path.startsWith('/v1/grants/')
        ? { ...answer, json: { ...answer.json, state: 'claimed' } }
        : answer;
    await opened.act.resume();
    assert.deepEqual(
      waiting(opened).map(({ why, trouble }) => [why, trouble]),
      [['over', { key: 'take.gone' }]],
    );
    await opened.act.resume();
    assert.equal(waiting(opened).length, 1);
    await opened.act.putAway(link);
    assert.deepEqual(waiting(opened), []);
  });

  it('whose claim left and was not answered are an open order, and no link any more', async () => {
    const opened = await made();
    const { federation } = opened;
    await opened.act.open(federation.grant(30));
    federation.before = ({ path }) => {
      if (path.endsWith('/claim')) throw new TypeError('cut off');
    };
    await opened.act.take();
    assert.equal(screen(opened).tone, 'wait');
    assert.deepEqual(waiting(opened), []);
    assert.deepEqual(
      opened.state.wallet.open.map(({ stage }) => stage),
      ['claiming'],
    );
    federation.before = undefined;
    await opened.act.resume();
    assert.equal(opened.state.wallet.points, 30n);
  });

  it('over the shop’s limit of today stay open and say so', async () => {
    const opened = await made();
    const { federation } = opened;
    await opened.act.open(federation.grant(30));
    federation.before = ({ path }) =>
      path.endsWith('/claim') ? problem(409, 'limit-exceeded', { retryable: true }) : undefined;
    await opened.act.take();
    assert.deepEqual([screen(opened).tone, screen(opened).text[0].key], ['wait', 'trouble.limit-exceeded']);
    federation.before = undefined;
    await opened.act.resume();
    assert.equal(opened.state.wallet.points, 30n);
  });

  it('of a shop that the charter does not list are refused', async () => {
    const opened = await made();
    await opened.act.open('https://elsewhere.test/g/abc#secret');
    assert.deepEqual([screen(opened).tone, screen(opened).text[0].key], ['bad', 'trouble.unknown-store']);
    assert.deepEqual(waiting(opened), []);
  });
});

describe('a payment', () => {
  const rich = async (options) => {
    const opened = await made(options);
    await take(opened, opened.federation.grant(90));
    return opened;
  };

  it('begins at the most that fits, and is bounded by step, till and wallet', async () => {
    const opened = await rich();
    await opened.act.open(opened.federation.checkout(400n, { store: 3, step: 25n }));
    assert.equal(screen(opened).points, 75n);
    opened.act.setPoints(63n);
    assert.equal(screen(opened).points, 50n);
    await opened.act.pay();
    assert.equal(screen(opened).tone, 'good');
    assert.equal(opened.state.wallet.points, 40n);
    assert.deepEqual(linesOf(opened.state.wallet, opened.state.kept)[0].title, {
      key: 'line.pay',
      with: { name: 'Store 3' },
    });
  });

  it('is shown with the code of its checkout, what was given with that of its grant, and else the order’s digits', async () => {
    const opened = await made();
    const [grant, checkout] = [opened.federation.grant(50), opened.federation.checkout(20n)];
    await take(opened, grant);
    await opened.act.open(checkout);
    await opened.act.pay();
    opened.act.go('give');
    opened.act.setGift({ association: 5, points: 7n });
    await opened.act.give();
    const shown = (line) => {
      opened.act.toEntry(line.id);
      const html = renderToString(h(AppView, { state: opened.app.state, say: sayIn('en'), act: { home: () => '' } }));
      return /<dt>(Code for the shop|Digits of the order)<\/dt><dd><code>(\w{8})<\/code>/.exec(html).slice(1);
    };
    const [gift, paid, given] = linesOf(opened.state.wallet, opened.state.kept);
    const idOf = (link) => link.split('#')[0].split('/').at(-1);
    assert.deepEqual(shown(given), ['Code for the shop', codeOfId(idOf(grant))]);
    assert.deepEqual(shown(paid), ['Code for the shop', codeOfId(idOf(checkout))]);
    assert.deepEqual(shown(gift), ['Digits of the order', gift.digest.slice(0, 8)]);
  });

  it('that is not decided is said to be so, is not paid twice, and is completed later', async () => {
    const opened = await rich();
    const { federation } = opened;
    const link = federation.checkout(40n, { store: 3 });
    federation.mute = new Set([0, 1]);
    await pay(opened, link, 40n);
    assert.deepEqual([screen(opened).tone, screen(opened).title.key], ['wait', 'pay.pending']);
    assert.equal(opened.state.wallet.held > 0n, true);
    await opened.act.open(link);
    assert.equal(screen(opened).title.key, 'pay.pending');
    assert.equal(opened.state.wallet.open.length, 1);
    federation.mute = new Set();
    await opened.act.open(opened.federation.addresses[2] + '/c/' + link.split('/').at(-1));
    assert.equal(opened.state.wallet.points, 50n);
    assert.deepEqual([screen(opened).tone, screen(opened).title.key], ['good', 'pay.done']);
    await opened.act.open(link);
    assert.equal(screen(opened).title.key, 'pay.already');
    assert.equal(opened.state.wallet.points, 50n);
  });

  it('for which the till waits no more is told before it goes to other stores', async () => {
    const opened = await rich();
    const { federation } = opened;
    await opened.act.open(federation.checkout(40n, { store: 3, lazy: true }));
    federation.before = ({ path, method }) =>
      method === 'POST' && path === '/v1/orders' ? problem(410, 'checkout-expired') : undefined;
    await opened.act.pay();
    assert.equal(screen(opened).title.key, 'pay.late');
    assert.equal(linesOf(opened.state.wallet, opened.state.kept)[0].state.key, 'state.late');
  });

  it('that was scanned offline is kept, and is not made by itself', async () => {
    const opened = await rich();
    const { federation, phone } = opened;
    phone.online = false;
    await opened.act.open(federation.checkout(40n));
    assert.deepEqual(
      waiting(opened).map(({ kind, why }) => [kind, why]),
      [['checkout', 'offline']],
    );
    phone.online = true;
    await opened.act.resume();
    assert.equal(opened.state.wallet.points, 90n);
    assert.equal(waiting(opened).length, 1);
    await opened.act.open(waiting(opened)[0].link);
    await opened.act.pay();
    assert.equal(opened.state.wallet.points, 50n);
    assert.deepEqual(waiting(opened), []);
  });

  it('takes vouchers into account', async () => {
    const opened = await rich();
    await take(opened, opened.federation.grant(0, { vouchers: [{ offer: 3, count: 1 }] }));
    await opened.act.open(opened.federation.checkout(200n));
    assert.equal(screen(opened).points, 90n);
    opened.act.setVoucher(3, 1);
    assert.equal(screen(opened).points, 50n);
    await opened.act.pay();
    assert.deepEqual([opened.state.wallet.points, opened.state.wallet.vouchers], [40n, []]);
  });
});

describe('gifts, votes and records', () => {
  it('are made, noted and shown', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(50, { ballot: 2 }));
    opened.act.go('give');
    opened.act.setGift({ association: 5, points: 99n });
    assert.equal(screen(opened).points, 50n);
    opened.act.setGift({ points: 7n });
    await opened.act.give();
    assert.equal(screen(opened).tone, 'good');
    opened.act.toVote(2);
    opened.act.choose(1);
    await opened.act.vote();
    assert.deepEqual(opened.state.wallet.ballots, []);
    const [vote, gift] = linesOf(opened.state.wallet, opened.state.kept);
    assert.deepEqual([vote.note.choice, gift.title], ['étang', { key: 'line.give', with: { name: 'Le club' } }]);
    opened.act.toEntry(gift.id);
    await opened.act.askRecord();
    const { record } = screen(opened);
    assert.deepEqual([record.purpose.type, record.digest], ['donate', gift.digest]);
  });

  it('that are not decided stay open, with their note', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(50));
    opened.federation.mute = new Set([0, 1]);
    opened.act.go('give');
    opened.act.setGift({ association: 5, points: 7n });
    await opened.act.give();
    assert.equal(screen(opened).tone, 'wait');
    assert.deepEqual(linesOf(opened.state.wallet, opened.state.kept)[0].title, {
      key: 'line.give',
      with: { name: 'Le club' },
    });
  });
});

describe('the words', () => {
  it('are in the state only while they are on the screen', async () => {
    const opened = await made();
    opened.act.begin();
    await opened.act.showWords('fr');
    assert.equal(screen(opened).words.length, 24);
    opened.act.askBack();
    assert.deepEqual(screen(opened).words, []);
    opened.act.answer(0, 'nonsense');
    await opened.act.check();
    assert.deepEqual([screen(opened).wrong, opened.state.kept.confirmed], [true, false]);
  });

  it('bring the points back at another store’s address', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(90));
    const words = await writeDown(opened);
    const other = device(opened.federation, { name: 'other', store: 3 }).open();
    await other.act.start();
    other.act.toRestore();
    other.act.typeWords(words.slice(1).join(' '));
    await other.act.restore();
    assert.equal(screen(other).trouble.key, 'restore.count');
    other.act.typeWords(words.join('\n'));
    await other.act.restore();
    assert.equal(other.state.wallet.points, 90n);
    assert.deepEqual([other.state.kept.confirmed, screen(other).name], [true, 'home']);
  });

  it('restore nothing while no store answers, and the search is gone on with later', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(90));
    const words = await writeDown(opened);
    const phone = device(opened.federation, { name: 'other', store: 3 });
    const other = phone.open();
    await other.act.start();
    other.act.toRestore();
    other.act.typeWords(words.join(' '));
    phone.online = false;
    await other.act.restore();
    assert.deepEqual([screen(other).name, screen(other).text], ['restore', words.join(' ')]);
    assert.equal(screen(other).trouble.key, 'trouble.unreachable');
    phone.online = true;
    opened.federation.before = ({ path }) =>
      path.startsWith('/v1/buckets') ? problem(503, 'quorum-unreachable') : undefined;
    await other.act.restore();
    assert.deepEqual([screen(other).name, screen(other).broke], ['searching', true]);
    opened.federation.before = undefined;
    await other.act.search();
    assert.equal(other.state.wallet.points, 90n);
  });
});

describe('time that passes', () => {
  it('tries again at once while something waits, and shows what came of it in its place', async () => {
    const opened = await made();
    const { federation } = opened;
    await take(opened, federation.grant(40));
    federation.mute = new Set([0, 1]);
    await pay(opened, federation.checkout(10n, { store: 3 }), 10n);
    assert.equal(screen(opened).title.key, 'pay.pending');
    federation.mute = new Set();
    opened.act.tick();
    await opened.act.resume();
    assert.deepEqual([screen(opened).tone, screen(opened).title.key], ['good', 'pay.done']);
    assert.equal(screen(opened).text[0].with.name, 'Store 3');
  });

  it('asks nobody while nothing waits, but once a minute', async () => {
    const opened = await made();
    const { federation } = opened;
    await take(opened, federation.grant(40));
    await opened.act.resume();
    let resumed = 0;
    opened.app.open.resume = async () => (resumed += 1);
    opened.act.tick();
    assert.equal(resumed, 0);
    federation.now += 61n;
    opened.act.tick();
    await opened.act.resume();
    assert.equal(resumed, 1);
  });

  it('ends a till’s patience on the screen', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    await opened.act.open(opened.federation.checkout(10n));
    opened.federation.now += 301n;
    opened.act.tick();
    await opened.act.resume();
    assert.ok(opened.app.state.now >= screen(opened).expiry);
    await opened.act.pay();
    assert.deepEqual([screen(opened).name, opened.state.wallet.points, opened.state.wallet.open], ['pay', 40n, []]);
  });

  it('shows the end of a till’s patience at that very second', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    await opened.act.open(opened.federation.checkout(10n));
    const { expiry } = screen(opened);
    const [{ at, run }] = opened.phone.alarms;
    assert.equal(at, expiry);
    opened.federation.now = at;
    run();
    assert.equal(isTimeUp(screen(opened), opened.state.now), true);
    // A basket's till too.
    await opened.act.open(opened.federation.baskets.ring({ max: 40n }));
    assert.equal(opened.phone.alarms[1].at, screen(opened).expiry);
  });

  it('goes by the shop’s clock where the device’s is known to be behind', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    await opened.act.open(opened.federation.checkout(10n));
    const { expiry, behind } = screen(opened);
    assert.equal(behind, 0n);
    const offer = { time: expiry - 300n, expiry };
    assert.deepEqual(patienceOf(offer, expiry - 1000n), { expiry, behind: 700n });
    assert.equal(isTimeUp(patienceOf(offer, expiry - 1000n), expiry - 701n), false);
    assert.equal(isTimeUp(patienceOf(offer, expiry - 1000n), expiry - 700n), true);
    // A clock that is ahead is not known to be: the shop's is later than the offer.
    assert.equal(patienceOf(offer, expiry - 100n).behind, 0n);
  });
});

describe('two tabs', () => {
  it('never have the wallet at the same time, and hand it over', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    const second = opened.phone.open();
    await second.act.start();
    assert.equal(second.state.phase, 'elsewhere');
    await second.act.takeOver();
    assert.deepEqual([opened.app.state.phase, second.state.phase], ['elsewhere', 'open']);
    assert.equal(second.state.wallet.points, 40n);
    assert.equal(opened.app.wallet, undefined);
  });

  it('write nothing once they have handed it over', async () => {
    const opened = await made();
    opened.phone.online = false;
    await opened.act.open(opened.federation.grant(5));
    const second = opened.phone.open();
    await second.act.start();
    await second.act.takeOver();
    await opened.app.keepWaiting(() => []);
    await second.app.openKept();
    assert.equal(second.state.kept.waiting.length, 1);
  });
});

describe('removing the wallet', () => {
  const gone = (opened) => opened.app.state.phase === 'start';
  const erase = async (opened, typed) => {
    opened.act.go('erase');
    if (typed !== undefined) opened.act.typeErase(typed, 'REMOVE');
    await opened.act.erase();
    return gone(opened);
  };
  const losses = (opened) => lossOf(opened.app.state).lost.map(({ key, with: said }) => [key, said.n]);

  it('leaves nothing on the device', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    await writeDown(opened);
    assert.equal(await erase(opened), true);
    assert.equal(opened.app.state.wallet, undefined);
    opened.env.tabs.give();
    const again = opened.phone.open();
    await again.act.start();
    assert.equal(again.state.phase, 'start');
    assert.deepEqual(again.state.kept.notes, {});
  });

  it('whose words were never written down is not done while they would bring anything back', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    assert.equal(await erase(opened, 'remove'), false);
    // What is on its way counts as much.
    const other = await made();
    other.federation.mute = new Set([0, 1]);
    await take(other, other.federation.grant(5));
    assert.deepEqual([other.state.wallet.points, other.state.wallet.open.length], [0n, 1]);
    assert.equal(await erase(other, 'remove'), false);
  });

  it('with value under way wants the word typed, and says what the words do not bring back', async () => {
    const opened = await made();
    const { federation, phone, act } = opened;
    const ring = { receipt: 'R', atOnce: true };
    await act.open(federation.baskets.ring(ring));
    while (opened.state.receipts.length === 0) await act.resume();
    await writeDown(opened);
    federation.mute = new Set([0, 1]);
    await take(opened, federation.grant(5));
    await act.open(federation.baskets.ring({}));
    phone.online = false;
    await act.open(federation.grant(7));
    const named = [['erase.orders', 1], ['erase.baskets', 1], ['erase.links', 1], ['erase.receipts', 1]];
    assert.deepEqual(losses(opened), named);
    assert.equal(await erase(opened), false);
    assert.equal(await erase(opened, 'remov'), false);
    assert.equal(await erase(opened, ' Remove '), true);
  });

  it('asks again if something came after the word was typed', async () => {
    const opened = await made();
    const { federation, phone, act, app } = opened;
    await writeDown(opened);
    phone.online = false;
    await act.open(federation.grant(7));
    act.go('erase');
    act.typeErase('REMOVE', 'REMOVE');
    await app.keepWaiting((waiting) => [...waiting, { ...waiting[0], link: `${waiting[0].link}x` }]);
    await act.erase();
    assert.equal(gone(opened), false);
    act.typeErase('REMOVE', 'REMOVE');
    await act.erase();
    assert.equal(gone(opened), true);
  });

  it('names payments of which the shop has not said what became of them', async () => {
    const opened = await made();
    const { federation } = opened;
    await take(opened, federation.grant(40));
    await writeDown(opened);
    federation.before = ({ path }) => {
      if (path.startsWith('/v1/refunds/')) throw new TypeError('cut off');
    };
    await pay(opened, federation.checkout(10n), 10n);
    assert.deepEqual(losses(opened), [['erase.unsettled', 1]]);
    assert.equal(await erase(opened), false);
  });

  it('that can’t be read wants the word typed: nobody knows what is in it', async () => {
    const opened = await made();
    await take(opened, opened.federation.grant(40));
    const storage = opened.app.storage;
    const { revision } = await storage.load();
    await storage.save({ revision: revision + 1, bytes: new Uint8Array([9, 9, 9]) });
    opened.env.tabs.give();
    const again = opened.phone.open();
    await again.act.start();
    assert.deepEqual([again.state.phase, again.state.trouble.key], ['unsupported', 'trouble.record-unreadable']);
    assert.equal(await erase(again), false);
    assert.equal(await erase(again, 'REMOVE'), true);
  });
});

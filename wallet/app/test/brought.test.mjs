// Links that an address has brought: anybody can make somebody open an address, so nothing is done before the owner says so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { shopOf } from '../build/app/src/decide/place.js';
import { LONGEST, MOST_BROUGHT, withBrought } from '../build/app/src/decide/waiting.js';
import { AppView } from '../build/app/src/view/app.js';
import { problem } from '../../test/support/federation.mjs';
import { made, writeDown } from './support/app.mjs';
import { sayIn } from './support/say.mjs';
import { StorageError } from '../build/src/index.js';

const screen = ({ app }) => app.state.screen;
const waiting = ({ app }) => app.state.kept.waiting;
const drawn = ({ app }) => renderToString(h(AppView, { state: app.state, say: sayIn('en'), act: { home: () => '' } }));
const calls = ({ federation }, end) => federation.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(end));

/** The app on the same device, opened by an address with this link in it. */
async function openedBy(opened, link) {
  await opened.app.close();
  opened.env.tabs.give();
  const again = opened.phone.open(link);
  await again.act.start();
  return { ...opened, ...again };
}

describe('a grant that an address has brought', () => {
  it('is shown, waits over restarts, and is not claimed before its owner takes it', async () => {
    const first = await made();
    const link = first.federation.grant(12, { store: 2 });
    let opened = await openedBy(first, link);
    assert.deepEqual([screen(opened).name, waiting(opened)[0].points], ['take', 12n]);
    assert.match(drawn(opened), /Not mine/);
    for (let turn = 0; turn < 3; turn += 1) await opened.act.resume();
    opened.act.tick();
    opened = await openedBy(opened);
    await opened.act.resume();
    assert.deepEqual([opened.app.state.wallet.points, calls(opened, '/claim').length, waiting(opened).length], [0n, 0, 1]);
    opened.act.go('waiting');
    assert.match(drawn(opened), /Store 2 gives you points.*12 points.*Take them.*Not mine/s);
    await opened.act.takeWaiting(link);
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened)], [12n, []]);
  });

  it('while no store answers is not claimed either once one does, but for its owner’s word', async () => {
    const first = await made();
    const link = first.federation.grant(12);
    first.phone.online = false;
    const opened = await openedBy(first, link);
    assert.deepEqual([screen(opened).name, screen(opened).text.at(-1).key], ['result', 'waiting.asks']);
    opened.phone.online = true;
    await opened.act.resume();
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened).length], [0n, 1]);
    // Pressed while offline it is claimed as what was scanned is.
    opened.phone.online = false;
    await opened.act.takeWaiting(link);
    assert.equal(waiting(opened)[0].pressed, true);
    opened.phone.online = true;
    await opened.act.resume();
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened)], [12n, []]);
  });

  it('beyond 100 points is not claimed once the words are written down', async () => {
    const first = await made();
    const opened = await openedBy(first, first.federation.grant(101));
    await writeDown(opened);
    await opened.act.resume();
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened).length], [0n, 1]);
  });

  it('while the wallet searches is written down at once', async () => {
    const first = await made();
    first.federation.before = ({ path }) => (path.startsWith('/v1/buckets') ? problem(503, 'quorum-unreachable') : undefined);
    await first.app.open.search();
    const opened = await openedBy(first, first.federation.grant(12));
    assert.deepEqual([screen(opened).name, waiting(opened).length], ['searching', 1]);
    assert.equal((await openedBy(opened)).app.state.kept.waiting.length, 1);
  });

  it('goes when its owner says that it is not theirs', async () => {
    const first = await made();
    const link = first.federation.grant(12);
    const opened = await openedBy(first, link);
    await opened.act.notMine(link);
    assert.deepEqual([waiting(opened), screen(opened).name], [[], 'home']);
  });

  it('of which nothing can come is not kept, and that is said', async () => {
    const first = await made();
    for (const link of ['https://elsewhere.test/g/abc#secret', `https://store1.test/g/a#${'x'.repeat(LONGEST)}`, 'hello']) {
      const opened = await openedBy(first, link);
      assert.deepEqual([screen(opened).tone, waiting(opened)], ['bad', []], link.slice(0, 40));
    }
  });

  it('while the app is open is shown likewise', async () => {
    const opened = await made();
    const link = opened.federation.grant(12);
    await opened.act.bring(link);
    await opened.act.resume();
    assert.deepEqual([screen(opened).name, waiting(opened).length, calls(opened, '/claim').length], ['take', 1, 0]);
    await opened.act.take();
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened)], [12n, []]);
  });
});

describe('a basket or checkout that an address has brought', () => {
  it('is not declined, followed or claimed before its owner says so, also with nothing to pay with', async () => {
    const first = await made();
    const { federation } = first;
    const link = federation.baskets.ring({ max: 500n });
    const opened = await openedBy(first, link);
    assert.deepEqual([screen(opened).stage, opened.app.state.wallet.baskets], ['choose', []]);
    federation.baskets.complete(link);
    await opened.act.resume();
    assert.deepEqual([calls(opened, '/decline'), calls(opened, '/claim')], [[], []]);
    assert.match(drawn(opened), /until you say so.*Not mine/s);
    // Opened from the list it asks as well.
    await opened.act.look(link);
    assert.deepEqual([screen(opened).stage, opened.app.state.wallet.baskets], ['choose', []]);
    await opened.act.declineBasket();
    while (opened.app.state.wallet.points === 0n) await opened.act.resume();
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened)], [20n, []]);
  });

  it('stays as a link that its owner wants, if the device can not write the basket down', async () => {
    const first = await made();
    const link = first.federation.baskets.ring({ max: 500n });
    const opened = await openedBy(first, link);
    opened.phone.online = false;
    opened.app.storage.save = async () => {
      throw new StorageError('storage-failed', 'no room');
    };
    await opened.act.declineBasket();
    assert.deepEqual(waiting(opened).map(({ pressed }) => pressed), [true]);
  });

  it('is paid when its owner pays, and then waits no more', async () => {
    const first = await made();
    await first.act.open(first.federation.grant(30));
    await first.act.take();
    const opened = await openedBy(first, first.federation.checkout(20n));
    assert.deepEqual([screen(opened).name, waiting(opened).length], ['pay', 1]);
    await opened.act.resume();
    assert.equal(opened.app.state.wallet.points, 30n);
    opened.act.setPoints(20n);
    await opened.act.pay();
    assert.deepEqual([opened.app.state.wallet.points, waiting(opened)], [10n, []]);
  });
});

describe('the list of links that addresses have brought', () => {
  it('is bounded: the oldest goes, with words, and never one that was pressed', async () => {
    const opened = await made();
    const { federation, phone, act, app } = opened;
    phone.online = false;
    const wanted = federation.grant(1);
    await act.open(wanted);
    const links = Array.from({ length: MOST_BROUGHT + 2 }, () => federation.grant(1, { store: 3 }));
    for (const [i, link] of links.entries()) {
      federation.now += 1n;
      await act.bring(link);
      if (i < MOST_BROUGHT) assert.equal(app.state.notice, undefined);
    }
    const { key, with: said } = app.state.notice.words;
    assert.deepEqual([key, said.n, said.name], ['waiting.dropped', MOST_BROUGHT, 'Store 3']);
    assert.deepEqual(waiting(opened).map(({ link }) => link), [wanted, ...links.slice(2)]);
    act.go('waiting');
    assert.match(drawn(opened), new RegExp(`${MOST_BROUGHT} are kept at most`));
  });

  it('has each link once, and one that was pressed stays so', () => {
    const pressed = { link: 'l', kind: 'grant', why: 'offline', since: 1n, pressed: true };
    const { pressed: _, ...asks } = pressed;
    assert.deepEqual(withBrought([pressed], { ...asks, since: 9n }), { waiting: [pressed] });
  });

  it('names a shop by the charter, and an address that it does not list by its host alone', () => {
    const stores = [{ id: 1, name: 'Épicerie', http: ['https://a.test/ronde/'] }];
    assert.equal(shopOf('https://A.test/ronde/g/x#y', stores), 'Épicerie');
    assert.equal(shopOf('https://b.test/%C3%89picerie/g/x#y', stores), 'b.test');
    assert.equal(shopOf('https://[/g/x#y', stores), '?');
  });
});

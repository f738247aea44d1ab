// The view is a function of the state: each screen is drawn to text, in a language in which every text of the catalogue is
// marked. What stands outside of the marks must come from the state.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { codeOfId } from '../build/app/src/decide/code.js';
import { en } from '../build/app/src/text/en.js';
import { fr } from '../build/app/src/text/fr.js';
import { sayIn } from './support/say.mjs';
import { AppView } from '../build/app/src/view/app.js';
import { made, writeDown } from './support/app.mjs';

const act = new Proxy({ home: () => '' }, { get: (known, name) => known[name] ?? (() => undefined) });
const opened = await made();
const { federation } = opened;
federation.after = ({ path, method }, answer) =>
  method === 'GET' && path.startsWith('/v1/grants/')
    ? { ...answer, json: { ...answer.json, reason: 'Because', expires_at: '2030-01-02T00:00:00Z' } }
    : answer;
const shown = [];
const keep = (more = {}) => shown.push({ ...opened.app.state, ...more });

/** Every screen, as the app itself comes to it. */
async function visit() {
  for (const phase of ['loading', 'unsupported', 'elsewhere', 'start']) keep({ phase });
  keep({ phase: 'start', link: federation.grant(5) });
  keep({ phase: 'start', screen: { name: 'restore', text: '', trouble: { key: 'restore.count', with: { n: 3 } } } });
  keep({ screen: { name: 'searching', broke: true } });
  keep({ screen: { name: 'searching', broke: false, progress: { asked: 3, found: 1, points: 5n } } });
  keep({ screen: { name: 'looking' }, busy: { key: 'busy.look' } });
  keep();
  await opened.act.open(federation.grant(90, { ballot: 2, vouchers: [{ offer: 3, count: 2 }] }));
  keep();
  await opened.act.take();
  keep();
  for (const camera of ['starting', 'on', 'none', 'refused'])
    keep({ screen: { name: 'scan', camera, text: '', trouble: { key: 'scan.nolink' } } });
  for (const name of ['home', 'history', 'waiting', 'seen', 'settings', 'move', 'give', 'erase']) {
    opened.act.go(name);
    keep({
      stored: 'may-go',
      online: false,
      newer: true,
      installable: true,
      notice: { tone: 'wait', words: { key: 'banner.charters' } },
    });
  }
  await opened.act.open(federation.grant(50));
  keep();
  await opened.act.open(federation.checkout(400n, { step: 5n }));
  keep();
  opened.act.setVoucher(3, 1);
  keep();
  keep({ now: opened.app.state.now + 999_999n });
  opened.act.toVote(2);
  opened.act.choose(0);
  keep();
  opened.act.begin();
  keep();
  await opened.act.showWords('en');
  keep();
  await writeDown(opened);
  keep();
  opened.act.askBack();
  await opened.act.check();
  keep();
  for (const { id } of opened.app.state.wallet.history) {
    opened.act.toEntry(id);
    keep();
    await opened.act.askRecord();
    keep();
  }
  const [paid] = opened.app.state.wallet.history.filter(({ purpose }) => purpose === 'pay');
  if (paid !== undefined) {
    opened.act.toEntry(paid.id);
    await opened.act.askRecord();
    const { wallet } = opened.app.state;
    const history = wallet.history.map((record) => (record.id === paid.id ? { ...record, purpose: 'recover' } : record));
    keep({ wallet: { ...wallet, history } });
  }
  opened.act.toEntry('unknown');
  keep();
  await visitBaskets();
  federation.mute = new Set([0, 1]);
  await opened.act.open(federation.checkout(40n, { store: 2 }));
  await opened.act.pay();
  keep();
  opened.phone.online = false;
  await opened.act.open(federation.checkout(40n));
  opened.act.go('waiting');
  keep();
  opened.act.go('home');
  keep();
}

/** Every stage of a basket, and the receipts. */
async function visitBaskets() {
  const { act, app } = opened;
  const { baskets } = federation;
  const earns = { ballot: 2, vouchers: [{ offer: 3, count: 1 }] };
  const link = baskets.ring({ max: 300n, ...earns, receipt: 'R1', returnUrl: 'https://shop.test/x' });
  await act.open(link);
  keep();
  act.setVoucher(3, 1);
  keep();
  keep({ now: app.state.now + 999_999n });
  act.setPoints(5n);
  await act.payBasket();
  keep();
  const { screen } = app.state;
  keep({ screen: { ...screen, basket: { ...screen.basket, isPaid: false, paying: { points: 5n, vouchers: [] } } } });
  keep({ screen: { ...screen, basket: { ...screen.basket, state: 'expired' } } });
  act.go('waiting');
  keep();
  act.go('home');
  keep();
  baskets.complete(link);
  await act.open(link);
  keep();
  for (const stage of ['backup', 'coming', 'cancelled']) keep({ screen: { ...app.state.screen, stage } });
  act.go('receipts');
  keep();
  act.toReceipt(app.state.receipts[0].name);
  keep();
  act.toReceipt('gone');
  keep();
}

await visit();
const pages = (say) => shown.map((state) => renderToString(h(AppView, { state, say, act })));

describe('the view', () => {
  it('says nothing that is not in the catalogue, in text or in labels', () => {
    const marked = Object.fromEntries(
      Object.entries(en).map(([key, entry]) => [
        key,
        typeof entry === 'string' ? mark(entry) : { one: mark(entry.one), other: mark(entry.other) },
      ]),
    );
    const say = sayIn('en', { pointValue: { cents: 1n, points: 1n } }, marked);
    const { charter, history } = opened.app.state.wallet;
    const known = new Set([
      ...[...charter.stores, ...charter.associations, ...charter.campaigns, ...charter.offers].map(({ name }) => name),
      ...charter.campaigns.flatMap(({ choices }) => choices),
      ...history.flatMap(({ digest }) => [digest, digest?.slice(0, 8)]),
      ...history.map(({ grant, checkout }) => codeOfId((grant ?? checkout ?? '').split('/').at(-1))),
      charter.name,
      'Because',
      'R1',
      'ABCD1234',
      opened.app.state.place.base,
    ]);
    const words = new Set(shown.flatMap(({ screen }) => screen.words ?? []));
    for (const page of pages(say)) {
      for (const text of said(page)) {
        const rest = text.replace(/⟦[^⟦⟧]*(⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧/g, '').trim();
        const fromState =
          known.has(rest) ||
          words.has(rest) ||
          !/\p{L}/u.test(rest) ||
          /^[0-9a-f]{8}…$/.test(rest) ||
          isDate(rest) ||
          /€/.test(rest) ||
          /Store/.test(rest);
        assert.ok(fromState, `${rest} | ${text}`);
      }
    }
  });

  it('leaves no hole open, in either language', () => {
    for (const lang of ['en', 'fr']) {
      for (const page of pages(sayIn(lang, { pointValue: { cents: 1n, points: 1n } }))) {
        for (const text of said(page)) assert.doesNotMatch(text, /\{[a-z]+\}|undefined|NaN|\[object/, text);
      }
    }
    assert.ok(fr.points);
  });

  it('has no style attribute, no inline script and no handler in its markup', () => {
    for (const page of pages(sayIn('en'))) assert.doesNotMatch(page, / style=| on[a-z]+=|<script|javascript:/);
  });

  it('has one heading of the first rank on each screen, a language, and a name for each control', () => {
    for (const page of pages(sayIn('en'))) {
      assert.equal(page.match(/<h1/g)?.length, 1, page.slice(0, 400));
      for (const [, attributes, inside] of page.matchAll(/<button([^>]*)>(.*?)<\/button>/gs)) {
        assert.ok(/aria-label="[^"]+"/.test(attributes) || said(inside).join('').trim() !== '', inside);
      }
      for (const [, attributes] of page.matchAll(/<(?:input|textarea)([^>]*)>/g)) {
        const id = / id="([^"]+)"/.exec(attributes)?.[1];
        const isNamed = id === undefined ? /type="radio"/.test(attributes) : page.includes(`<label for="${id}"`);
        assert.ok(isNamed, attributes);
      }
    }
  });

  it('says how each thing stands in words, and not by colour alone', () => {
    for (const page of pages(sayIn('en'))) {
      // In a note and in a line of the history nothing else says it.
      for (const [, sign] of page.matchAll(
        /<(?:div class="note [a-z]+"|button type="button" class="line")>(<span class="sign.*?)<(?:div|span) class="grow"/gs,
      )) {
        assert.match(sign, /class="unseen">[A-ZÀ]/);
      }
    }
  });

  it('shows no word of the wallet but on the screen of the words', () => {
    const words = [...new Set(shown.flatMap(({ screen }) => screen.words ?? []))].filter(
      (word) => !JSON.stringify(en).includes(word),
    );
    assert.ok(words.length > 3);
    for (const [i, state] of shown.entries()) {
      if (state.screen.name === 'backup' && state.screen.step === 'words') continue;
      const page = renderToString(h(AppView, { state: shown[i], say: sayIn('en'), act }));
      for (const word of words) assert.ok(!said(page).some((text) => text.split(/\W/).includes(word)), word);
    }
  });
});

function mark(text) {
  return `⟦${text}⟧`;
}

/** Texts, and attributes that are read aloud or shown. */
function said(page) {
  const attributes = [...page.matchAll(/(?:aria-label|aria-valuetext|placeholder|title|alt)="([^"]*)"/g)].map(
    ([, text]) => text,
  );
  const texts = page
    .replace(/<(code|pre)[^>]*>/g, '<$1>')
    .split(/<[^>]+>/)
    .filter((text) => text.trim() !== '');
  return [...texts, ...attributes].map((text) =>
    text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&quot;', '"'),
  );
}

function isDate(text) {
  return /^\d{1,2} [A-Z][a-z]+ \d{4}(, \d{2}:\d{2})?$/.test(text);
}

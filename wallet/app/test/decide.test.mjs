// What the app decides: pure functions, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { centsOf, fitted, mostPoints, typed, withVoucher } from '../build/app/src/decide/amount.js';
import { advised, drawAsked, isRight, needsBackup } from '../build/app/src/decide/backup.js';
import { codeOfId } from '../build/app/src/decide/code.js';
import { lastCalls, lost, nextEnding } from '../build/app/src/decide/expiry.js';
import { kindOf, openAt, readPlace, storeAddress } from '../build/app/src/decide/place.js';
import {
  isSilence,
  toClaim,
  undecided,
  waitingOf,
  whyWaits,
  withLink,
  withoutLink,
} from '../build/app/src/decide/waiting.js';
import { typedWords } from '../build/app/src/decide/words.js';
import { english } from '../build/src/words/english.js';
import { french } from '../build/src/words/french.js';
import { readWords } from '../build/src/index.js';

const SECRET = 'A'.repeat(43);

describe('the code of an id', () => {
  const codeOf = (...bytes) => codeOfId(Buffer.from([...bytes, ...Array(11).fill(0xa5)]).toString('base64url'));

  it('is its first 40 bits, 5 a character, the first bits first', () => {
    assert.equal(codeOf(0x00, 0x44, 0x32, 0x14, 0xc7), '01234567');
    assert.equal(codeOf(0x42, 0x54, 0xb6, 0x35, 0xcf), '89ABCDEF');
    assert.equal(codeOf(0xff, 0xff, 0xff, 0xff, 0xfe), 'ZZZZZZZY');
    assert.equal(codeOf(0xfb, 0xef, 0xbe, 0xfb, 0xef), 'ZFQVXYZF');
  });

  it('is none of what is no id', () => {
    for (const bad of ['', 'abc', `abc+${'A'.repeat(18)}`, 'A'.repeat(64)]) assert.equal(codeOfId(bad), undefined);
  });
});

describe('the address that the app was opened at', () => {
  it('is a store, and perhaps a link, under a path of its own too', () => {
    assert.deepEqual(readPlace('https://a.test/wallet/'), {
      place: { base: 'https://a.test', name: '/' },
      clean: 'https://a.test/wallet/',
    });
    const grant = readPlace(`https://a.test/ronde/g/abc#${SECRET}`);
    assert.equal(grant.place.base, 'https://a.test/ronde');
    assert.equal(grant.link, `https://a.test/ronde/g/abc#${SECRET}`);
    assert.equal(grant.clean, 'https://a.test/ronde/wallet/');
    assert.equal(readPlace('https://a.test/c/x-_9').link, 'https://a.test/c/x-_9');
    assert.equal(readPlace('https://a.test/wallet/#/history').clean, 'https://a.test/wallet/#/history');
  });

  it('carries a link of its own store as the node hands it over', () => {
    const grant = readPlace(`https://a.test/x/wallet/?link=g/abc-_1#${SECRET}`);
    assert.equal(grant.link, `https://a.test/x/g/abc-_1#${SECRET}`);
    assert.deepEqual([grant.place.base, grant.clean], ['https://a.test/x', 'https://a.test/x/wallet/']);
    assert.equal(readPlace('https://a.test/wallet?link=c%2Fabc').link, 'https://a.test/c/abc');
    assert.equal(readPlace('https://a.test/wallet/?link=c/abc#/home').link, 'https://a.test/c/abc');
    for (const other of ['x/abc', 'g/', 'g/a/b', 'https://b.test/g/abc', 'g/../c/abc', '']) {
      assert.equal(readPlace(`https://a.test/wallet/?link=${other}`).link, undefined, other);
    }
  });

  it('shows no secret afterwards', () => {
    for (const address of [
      `https://a.test/g/abc#${SECRET}`,
      `https://a.test/wallet/?link=g/abc#${SECRET}`,
      openAt('https://a.test', `https://b.test/g/abc#${SECRET}`),
    ]) {
      assert.ok(!readPlace(address).clean.includes(SECRET));
    }
  });

  it('carries the link of another store in its fragment, where no server sees it', () => {
    const link = `https://b.test/x/g/abc#${SECRET}`;
    const address = openAt('https://a.test/', link);
    assert.ok(address.startsWith('https://a.test/wallet/#'));
    assert.equal(readPlace(address).link, link);
  });

  it('keeps the wallets of two federations at one host apart', () => {
    assert.notEqual(
      readPlace('https://a.test/one/wallet/').place.name,
      readPlace('https://a.test/two/wallet/').place.name,
    );
  });

  it('is read of a store as people type it', () => {
    assert.equal(storeAddress(' bakery.example '), 'https://bakery.example');
    assert.equal(storeAddress('https://bakery.example/x/wallet/#/home'), 'https://bakery.example/x');
    assert.equal(storeAddress('http://127.0.0.1:8241/c/abc'), 'http://127.0.0.1:8241');
    for (const text of ['', 'bakery', 'javascript:alert(1)', 'javascript://x.test/%0aalert(1)', 'ftp://a.test']) {
      assert.equal(storeAddress(text), undefined, text);
    }
  });

  it('tells a grant from a checkout and both from anything else', () => {
    assert.equal(kindOf(` https://a.test/g/abc#${SECRET}\n`), 'grant');
    assert.equal(kindOf('https://a.test/c/abc'), 'checkout');
    for (const text of ['', 'https://a.test/g/abc', 'https://a.test/c/', 'hello', 'javascript:https://a.test/c/abc']) {
      assert.equal(kindOf(text), undefined, text);
    }
  });
});

describe('an amount', () => {
  const offers = [{ id: 3, name: '', value: 150n, funder: 1 }];

  it('is in euros what the charter says, rounded down', () => {
    assert.equal(centsOf(7n, { cents: 1n, points: 1n }), 7n);
    assert.equal(centsOf(7n, { cents: 1n, points: 2n }), 3n);
  });

  it('is bounded by the till, the step, the vouchers and the wallet', () => {
    assert.equal(mostPoints({ max: 100n, step: 1n }, 30n, 0n), 30n);
    assert.equal(mostPoints({ max: 100n, step: 25n }, 99n, 0n), 75n);
    assert.equal(mostPoints({ max: 200n, step: 25n }, 99n, 150n), 50n);
    assert.equal(mostPoints({ max: 100n, step: 1n }, 30n, 150n), 0n);
    assert.equal(mostPoints({ max: 100n, step: 0n }, 30n, 0n), 0n);
  });

  it('that can be paid is a multiple of the step and never more than the most', () => {
    for (let most = 0n; most <= 40n; most += 5n) {
      for (let points = -3n; points < 60n; points += 1n) {
        const chosen = fitted(points, 5n, most);
        assert.ok(chosen >= 0n && chosen <= most && chosen % 5n === 0n && (points < 0n || chosen <= points));
      }
    }
  });

  it('is read from what was typed, and nothing else', () => {
    assert.equal(typed(' 1 200 '), 1200n);
    assert.equal(typed(''), 0n);
    for (const text of ['1.5', '-3', '1e3', 'x']) assert.equal(typed(text), undefined);
  });

  it('of vouchers is never more than there are, nor than the till takes', () => {
    const held = [{ offer: 3, count: 2 }];
    const one = withVoucher([], 3, 1, held, 400n, offers);
    assert.deepEqual(one, [{ offer: 3, count: 1 }]);
    const two = withVoucher(one, 3, 1, held, 400n, offers);
    assert.deepEqual(withVoucher(two, 3, 1, held, 900n, offers), two);
    assert.deepEqual(withVoucher(one, 3, 1, held, 299n, offers), one);
    assert.deepEqual(withVoucher(one, 3, -1, held, 400n, offers), []);
  });
});

describe('writing the words down', () => {
  it('is demanded before the wallet passes 100 points, and not after it was done', () => {
    assert.equal(needsBackup(false, 0n, 100n), false);
    assert.equal(needsBackup(false, 0n, 101n), true);
    assert.equal(needsBackup(false, 60n, 41n), true);
    assert.equal(needsBackup(false, 150n, 0n), false);
    assert.equal(needsBackup(true, 60n, 4100n), false);
  });

  it('is advised from the first point on, and urgently near the bound', () => {
    assert.deepEqual(
      [0n, 1n, 50n, 51n].map((points) => advised(false, points)),
      ['no', 'advised', 'advised', 'urgent'],
    );
    assert.equal(advised(true, 99n), 'no');
  });

  it('asks one word of each third', () => {
    for (let byte = 0; byte < 256; byte += 5) {
      const [a, b, c] = drawAsked(24, Uint8Array.of(byte, byte, byte));
      assert.ok(a < 8 && b >= 8 && b < 16 && c >= 16 && c < 24);
    }
  });

  it('takes the words without regard to accents and capitals, and no others', () => {
    const words = french.slice(100, 124);
    const asked = [1, 9, 20];
    assert.ok(
      isRight(
        words,
        asked,
        asked.map((at) => words[at].normalize('NFD').replace(/\p{M}/gu, '').toUpperCase()),
      ),
    );
    assert.ok(!isRight(words, asked, [words[1], words[9], words[21]]));
    assert.ok(!isRight(words, asked, ['', '', '']));
    assert.ok(!isRight([], asked, ['', '', '']));
  });
});

describe('words that are typed', () => {
  const lists = { en: english, fr: french };
  const zeros = ['abandon', ...Array(22).fill('abandon'), 'art'];

  it('are read with numbers, capitals and commas, in either language', () => {
    const text = zeros.map((word, i) => `${i + 1}. ${word.toUpperCase()},`).join('\n');
    const read = typedWords(text, lists);
    assert.equal(read.lang, 'en');
    assert.deepEqual(readWords(read.words.join(' '), english), new Uint8Array(32));
    const bare = french.slice(0, 24).map((word) => word.normalize('NFD').replace(/\p{M}/gu, ''));
    assert.deepEqual(typedWords(bare.join(' '), lists), { lang: 'fr', words: french.slice(0, 24) });
  });

  it('can be told apart without accents', () => {
    for (const list of [english, french]) {
      const bare = list.map((word) => word.normalize('NFD').replace(/\p{M}/gu, ''));
      assert.equal(new Set(bare).size, 2048);
    }
  });

  it('are refused with their count, or the place of the first that is not in the list', () => {
    assert.deepEqual(typedWords('abandon', lists).trouble, { key: 'restore.count', with: { n: 1 } });
    const wrong = zeros.with(6, 'abandom');
    assert.deepEqual(typedWords(wrong.join(' '), lists).trouble, {
      key: 'restore.unknown',
      with: { n: 7, word: 'abandom' },
    });
  });
});

describe('what ends', () => {
  const view = (more) => ({
    keyset: 1,
    spendUntil: 9n,
    stage: 'issuing',
    points: 5n,
    canMove: false,
    moves: [],
    vouchers: [],
    ballots: [],
    ...more,
  });

  it('first is shown, and what is over is told apart', () => {
    const keysets = [
      view({ stage: 'over', points: 3n }),
      view({ points: 0n }),
      view({ spendUntil: 7n }),
      view({ spendUntil: 8n }),
    ];
    assert.deepEqual(nextEnding(keysets), { points: 5n, until: 7n, moves: false, alone: false });
    assert.equal(lost(keysets), 3n);
    assert.equal(nextEnding([]), undefined);
  });

  it('and does not move is called out', () => {
    const ending = view({ stage: 'ending', ballots: [{ campaign: 1, count: 1 }] });
    assert.deepEqual(lastCalls([ending, view({ vouchers: [{ offer: 1, count: 1 }] }), view({ stage: 'ending' })]), [
      ending,
    ]);
  });
});

describe('what waits', () => {
  it('keeps its first moment, and goes only when it is taken out', () => {
    const first = withLink([], waitingOf('l', 'grant', 'offline', 5n));
    const later = withLink(first, waitingOf('l', 'grant', 'over', 9n, { key: 'take.gone' }));
    assert.deepEqual(later, [
      { link: 'l', kind: 'grant', pressed: true, since: 5n, why: 'over', trouble: { key: 'take.gone' } },
    ]);
    assert.deepEqual(withoutLink(later, 'l'), []);
  });

  it('is claimed by itself if it is a grant, and never paid by itself', () => {
    const waiting = [
      waitingOf('a', 'grant', 'offline', 1n),
      waitingOf('b', 'checkout', 'offline', 1n),
      waitingOf('c', 'grant', 'backup', 1n),
      waitingOf('d', 'grant', 'over', 1n),
    ];
    assert.deepEqual(
      toClaim(waiting, false).map(({ link }) => link),
      ['a'],
    );
    assert.deepEqual(
      toClaim(waiting, true).map(({ link }) => link),
      ['a', 'c'],
    );
  });

  it('is over only when the store says so', () => {
    for (const code of ['grant-claimed', 'grant-expired', 'not-found']) assert.equal(whyWaits(code), 'over');
    for (const code of ['unreachable', 'limit-exceeded', 'charter-expired', 'unexpected'])
      assert.equal(whyWaits(code), 'offline');
    assert.ok(isSilence('timeout') && !isSilence('grant-claimed'));
  });

  it('does not count orders that only lack a component', () => {
    assert.deepEqual(undecided([{ stage: 'completing' }, { stage: 'waiting' }, { stage: 'arriving' }]).length, 2);
  });
});

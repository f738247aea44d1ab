// Which coins are spent together.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { candidates, columnsOf, emptyState, laterKeysets, pickPoints, plannedMoves, selectCoins, selectMost } from '../dist/machine/wallet/index.js';
import { readCheckoutLink, readGrantLink } from '../dist/machine/wallet/index.js';
import { setUp } from './support/wallets.mjs';

let count = 0;
const coin = (points, known = [0, 1, 2, 3], more = {}) => {
  count += 1;
  return {
    place: { keyset: 1, device: 0, order: 0n, slot: count },
    kind: { type: 'points', denomination: BigInt(points) },
    point: count.toString(16).padStart(64, '0'),
    components: new Map(known.map((index) => [index, new Uint8Array(32)])),
    madeBy: '',
    ...more,
  };
};
const picked = (coins, points) => pickPoints(coins, BigInt(points))?.map(({ kind }) => Number(kind.denomination));

describe('PickPoints', () => {
  it('takes the largest that fit', () => {
    assert.deepEqual(picked([coin(1), coin(8), coin(4), coin(2)], 13), [8, 4, 1]);
  });

  it('takes the smallest left over for what is missing, and puts back what it makes needless', () => {
    assert.deepEqual(picked([coin(8), coin(4), coin(2)], 5), [4, 2]);
    assert.deepEqual(picked([coin(16), coin(4), coin(4)], 9), [16]);
    assert.deepEqual(picked([coin(2), coin(8)], 3), [8]);
  });

  it('gives nothing if there is too little', () => {
    assert.equal(picked([coin(8), coin(4)], 13), undefined);
    assert.deepEqual(picked([], 0), []);
  });

  it('covers the sum with no coin that could be left out, whatever the purse (exhaustively, small ones)', () => {
    for (let set = 1; set < 3 ** 4; set += 1) {
      const counts = [1, 2, 4, 8].map((value, i) => [value, Math.floor(set / 3 ** i) % 3]);
      const coins = counts.flatMap(([value, length]) => Array.from({ length }, () => coin(value)));
      const total = coins.reduce((sum, { kind }) => sum + Number(kind.denomination), 0);
      for (let points = 1; points <= total; points += 1) {
        const taken = picked(coins, points);
        const surplus = taken.reduce((sum, value) => sum + value, 0) - points;
        assert.ok(surplus >= 0 && taken.every((value) => value > surplus), `${points} of ${taken}`);
      }
    }
  });
});

describe('candidates', () => {
  it('are all witnesses and every intersection of at least q, larger ones first, then by number', () => {
    const coins = [coin(1, [0, 1, 2]), coin(1, [1, 2, 3]), coin(1, [0, 1])];
    assert.deepEqual(candidates(coins, 4, 3), [0b1111, 0b0111, 0b1110]);
    assert.deepEqual(candidates(coins, 4, 2), [0b1111, 0b0111, 0b1110, 0b0011, 0b0110]);
  });
});

const keyset = (id, redeemUntil) => ({
  id,
  quorum: 3,
  witnesses: [0, 1, 2, 3].map((index) => ({ index })),
  entry: { redeemUntil, denominations: [1n, 2n, 4n, 8n] },
});
const charter = { keysets: [keyset(1, 300n), keyset(2, 200n)] };
const select = (coins, points, extras = [], now = 0n) =>
  selectCoins({ ...emptyState(0), coins }, charter, BigInt(points), extras, now);
const shownTo = (coins) => columnsOf(coins).map(({ index }) => index);
const inKeyset = (id, value) => {
  const made = coin(value);
  return { ...made, place: { ...made.place, keyset: id } };
};

describe('SelectCoins', () => {
  it('spends complete coins before such as lack a component', () => {
    const { coins } = select([coin(4, [0, 1, 2]), coin(4)], 4);
    assert.equal(coins.length, 1);
    assert.deepEqual(shownTo(coins), [0, 1, 2, 3]);
  });

  it('shows coins to those witnesses alone that know every one of them', () => {
    const { coins } = select([coin(4, [0, 1, 2]), coin(4)], 8);
    assert.deepEqual(shownTo(coins), [0, 1, 2]);
  });

  it('mixes no coins that lack a common quorum', () => {
    assert.throws(() => select([coin(4, [0, 1, 2]), coin(4, [1, 2, 3])], 8), { code: 'not-enough' });
    assert.throws(() => select([coin(4, [0, 1])], 1), { code: 'not-enough' });
  });

  it('takes the keyset that ends first, if it has enough, and none that has ended', () => {
    const purse = [inKeyset(1, 8), inKeyset(2, 4)];
    assert.equal(select(purse, 3).keyset.id, 2);
    assert.equal(select(purse, 5).keyset.id, 1);
    assert.equal(select(purse, 3, [], 200n).keyset.id, 1);
  });

  it('spends no coin that another open order spends', () => {
    assert.throws(() => select([coin(4, undefined, { spentBy: 'order' })], 1), { code: 'not-enough' });
  });

  it('sorts what it takes by P, and takes vouchers beside points', () => {
    const voucher = { ...coin(1), kind: { type: 'voucher', offer: 3 } };
    const { coins } = select([coin(4), voucher, coin(8)], 12, [{ type: 'voucher', offer: 3 }]);
    const points = coins.map(({ point }) => point);
    assert.equal(points.length, 3);
    assert.throws(() => select([coin(4)], 4, [{ type: 'voucher', offer: 3 }]), { code: 'no-voucher' });
    assert.throws(() => select([coin(4), voucher], 5, [{ type: 'voucher', offer: 3 }]), { code: 'not-enough' });
    assert.throws(() => select([coin(4)], 0, [{ type: 'ballot', campaign: 2 }]), { code: 'no-ballot' });
    assert.deepEqual(points, [...points].sort());
  });

  it('spends at most 256 coins', () => {
    const purse = Array.from({ length: 257 }, () => coin(1));
    assert.equal(select(purse, 256).coins.length, 256);
    assert.throws(() => select(purse, 257), { code: 'too-many-coins' });
  });
});

describe('SelectMost', () => {
  const of = (id, denominations, redeemUntil = 300n, issueUntil = 250n) => {
    const made = keyset(id, redeemUntil);
    return { ...made, entry: { ...made.entry, denominations, issueUntil } };
  };
  const most = (coins, ...more) => selectMost({ ...emptyState(0), coins }, ...more);

  it('takes the largest that most witnesses know in common, as many as one order makes others of', () => {
    const own = of(1, [1n, 300n, 301n]);
    const coins = [coin(300), coin(300)];
    // 600 is 301 and 299 times 1.
    assert.deepEqual(most(coins, own, own).map(({ point }) => point), [coins[1].point]);
    assert.equal(most([...coins, coin(1)], own, of(2, [1n, 600n])).length, 3);
    // 601 is 301 and 300.
    assert.equal(most([...coins, coin(1)], own, own).length, 3);
    assert.equal(most(coins, own, of(2, [1n, 600n]), 300n).length, 2);
    assert.equal(most([], own, own).length, 0);
    const many = Array.from({ length: 300 }, () => coin(1));
    assert.equal(most([...many, coin(1, [0, 1, 2])], own, own).length, 256);
  });

  it('is what a refreshing Swap exchanges', async () => {
    const { federation, wallet } = await setUp({ denominations: [1n, 300n, 301n] });
    for (let i = 0; i < 2; i += 1) await wallet.claim(federation.grant(300));
    assert.equal((await wallet.swap('renew')).points, 300n);
    assert.equal(wallet.balance().points, 600n);
  });

  it('moves into a keyset only if one coin fits into it, though two would', () => {
    const [own, large, fine] = [of(1, [1n, 512n]), of(2, [1n, 1024n], 900n, 800n), of(3, [1n, 512n], 900n, 800n)];
    const planned = (...keysets) => {
      const state = { ...emptyState(0), coins: [coin(512), coin(512)] };
      return plannedMoves({ charter: { keysets }, secrets: { moveNumber: () => 0n } }, state, 260n);
    };
    assert.deepEqual(planned(own, large), []);
    assert.deepEqual(planned(own, large, fine).map(({ denomination, points }) => [denomination, points]), [[512n, 1024n]]);
    assert.deepEqual(laterKeysets({ keysets: [fine, large, own] }, own, 512n, 260n), [fine]);
    assert.deepEqual(laterKeysets({ keysets: [fine, large, own] }, own, 1n, 260n), [large, fine]);
  });
});

describe('a link', () => {
  const stores = { body: { stores: [{ id: 7, http: ['https://A.test/ronde//'] }] } };
  it('is cut at the first # and the last mark', () => {
    assert.deepEqual(readGrantLink(stores, ' https://a.TEST/ronde/g/ab_-9#s#t\n'), {
      store: 7,
      base: 'https://A.test/ronde',
      id: 'ab_-9',
      secret: 's#t',
    });
    assert.equal(readCheckoutLink(stores, 'HTTPS://a.test/ronde///c/x').id, 'x');
  });

  it('is not followed if it is none, or of no store', () => {
    const base = 'https://a.test/ronde';
    for (const text of ['', `${base}/g/ab`, `${base}/g/ab#`, `${base}/g/#s`, '/g/ab#s', `${base}/g/a/b#s`]) {
      assert.throws(() => readGrantLink(stores, text), { code: 'bad-link' }, text);
    }
    for (const text of ['https://b.test/ronde/c/x', 'https://a.test/c/x', 'https://a.test/ronde/g/y/c/x']) {
      assert.throws(() => readCheckoutLink(stores, text), { code: 'unknown-store' }, text);
    }
  });
});

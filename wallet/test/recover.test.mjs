// Bringing coins back from the seed, when their order is known.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStorage, readWords, Wallet } from '../dist/index.js';
import { french } from '../dist/words/french.js';
import { signSpend, toHex } from '../dist/crypto/index.js';
import * as message from '../dist/message/index.js';
import { askable, CoinSecrets, emptyState, findPlaces, forgetClosed, probeCoin, provable, takeProbeAnswers } from '../dist/machine/wallet/index.js';
import { Federation, NOW } from './support/federation.mjs';
import { setUp } from './support/wallets.mjs';

/** A wallet from the words of another. */
async function restored({ federation, surroundings, wallet }, device = 1) {
  const warnings = [];
  const again = await Wallet.create({
    ...surroundings,
    storage: new MemoryStorage(),
    node: federation.addresses[1],
    seed: readWords(wallet.words(french).join(' '), french),
    device,
    onWarning: ({ code }) => warnings.push(code),
  });
  return { again, warnings };
}

const swaps = ({ orders }) => [...orders.values()].filter(({ checked }) => checked.order.purpose.type === 'swap');

describe('a recovery', () => {
  it('brings back each coin once, and exchanges each by an order of its own', async () => {
    const all = await setUp();
    const { order, keyset } = await all.wallet.claim(all.federation.grant(77));
    const { again, warnings } = await restored(all);
    assert.deepEqual(await again.recover(order, keyset), { points: 77n, balance: 77n, behind: false });
    assert.deepEqual(swaps(all.federation).map(({ checked }) => checked.order.inputs.length), [1, 1, 1, 1]);
    assert.deepEqual(await again.recover(order, keyset), { points: 0n, balance: 77n, behind: false });
    assert.deepEqual(warnings, []);
    assert.equal((await again.pay(all.federation.checkout(77n), 77n)).state, 'done');
  });

  it('says that another wallet had the device number, and uses no number of it again', async () => {
    const all = await setUp();
    const { order, keyset } = await all.wallet.claim(all.federation.grant(77));
    const { again, warnings } = await restored(all, 0);
    assert.equal((await again.recover(order, keyset)).behind, true);
    assert.deepEqual(warnings, ['shared-device']);
    assert.equal((await again.claim(all.federation.grant(77))).state, 'done');
    assert.equal(again.balance().points, 154n);
  });

  it('drops what the lost wallet has spent, and nothing else', async () => {
    const all = await setUp();
    const { order, keyset } = await all.wallet.claim(all.federation.grant(48));
    await all.wallet.pay(all.federation.checkout(16n), 16n);
    const { again } = await restored(all);
    assert.deepEqual(await again.recover(order, keyset), { points: 48n, balance: 32n, behind: false });
    assert.equal(again.balance().pending, 0);
  });

  it('completes what the lost wallet has signed, and freezes no other coin with it', async () => {
    const all = await setUp();
    const { order, keyset } = await all.wallet.claim(all.federation.grant(48));
    all.federation.mute = new Set([2, 3]);
    await all.wallet.pay(all.federation.checkout(16n), 16n);
    all.federation.mute = new Set();
    const { again, warnings } = await restored(all);
    assert.deepEqual(await again.recover(order, keyset), { points: 48n, balance: 32n, behind: false });
    assert.deepEqual([again.balance().held, again.balance().pending], [0n, 0]);
    assert.deepEqual(warnings, []);
    assert.equal(again.history().at(-1).outcome, 'certified');
    assert.equal((await again.pay(all.federation.checkout(32n), 32n)).state, 'done');
  });

  it('leaves alone what an order holds that it can not complete, and completes it once it can', async () => {
    const all = await setUp();
    const [one, two] = [await all.wallet.claim(all.federation.grant(16)), await all.wallet.claim(all.federation.grant(32))];
    all.federation.mute = new Set([2, 3]);
    await all.wallet.pay(all.federation.checkout(48n), 48n);
    all.federation.mute = new Set();
    const { again, warnings } = await restored(all);
    assert.deepEqual(await again.recover(one.order, 1), { points: 16n, balance: 0n, behind: false });
    assert.deepEqual([swaps(all.federation).length, again.balance().pending, warnings], [0, 0, ['unproven']]);
    assert.deepEqual(await again.recover(two.order, 1), { points: 32n, balance: 0n, behind: false });
    const last = again.history().at(-1);
    assert.deepEqual([last.purpose, last.points, last.outcome], ['adopt', 48n, 'certified']);
    assert.deepEqual([swaps(all.federation).length, again.balance().held], [0, 0n]);
  });

  it('asks about each coin by a probe of its own, before it is exchanged', async () => {
    const all = await setUp();
    const { order } = await all.wallet.claim(all.federation.grant(77));
    const { again } = await restored(all);
    all.federation.requests.length = 0;
    await again.recover(order, 1);
    const posts = all.federation.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    assert.deepEqual(posts, Array.from({ length: 4 }, () => ['/v1/probes', '/v1/orders']).flat());
    const asked = all.federation.requests.filter(({ path }) => path === '/v1/probes').map(({ body }) => body);
    assert.equal(new Set(asked).size, 4);
  });

  it('asks about a coin through another store if one leaves it unclear, each judged by itself, five at most', async () => {
    const all = await setUp({ n: 7, f: 2 });
    const { order } = await all.wallet.claim(all.federation.grant(1));
    const { again } = await restored(all);
    const probes = () => all.federation.requests.filter(({ path }) => path === '/v1/probes');
    let honest = 0;
    all.federation.after = ({ store, path }, { status, json }) => {
      if (path !== '/v1/probes' || probes().length === honest) return undefined;
      return { status, json: { answers: store % 2 === 0 ? json.answers.slice(0, 4) : json.answers.slice(3) } };
    };
    await again.recover(order, 1);
    assert.deepEqual([probes().length, again.balance().points], [5, 0n]);
    assert.deepEqual([new Set(probes().map(({ body }) => body)).size, new Set(probes().map(({ store }) => store)).size], [1, 5]);
    honest = 7;
    await again.resume();
    assert.deepEqual([probes().length, again.balance().points], [7, 1n]);
  });

  for (const first of ['the order that made a coin', 'the order that spent it']) {
    it(`does not take again what it knows to be spent: ${first} comes first`, async () => {
      const all = await setUp();
      const { order: made } = await all.wallet.claim(all.federation.grant(16));
      const { order: spent } = await all.wallet.pay(all.federation.checkout(16n), 9n);
      const { again } = await restored(all);
      for (const order of first.includes('made') ? [made, spent] : [spent, made]) await again.recover(order, 1);
      assert.equal(again.balance().points, 7n);
      const inputs = swaps(all.federation).flatMap(({ checked }) => checked.order.inputs);
      const swapped = inputs.map(({ kind }) => kind.denomination);
      assert.equal(swapped.includes(16n), false);
    });
  }

  it('leaves for the next time what no store answers to', async () => {
    const all = await setUp();
    const { order } = await all.wallet.claim(all.federation.grant(48));
    const { again } = await restored(all);
    all.federation.before = ({ method }) => {
      if (method === 'POST') throw new TypeError('fetch failed');
    };
    assert.deepEqual(await again.recover(order, 1), { points: 48n, balance: 0n, behind: false });
    assert.equal(again.balance().pending, 0);
    all.federation.before = undefined;
    await again.resume();
    assert.deepEqual([again.balance().points, again.balance().pending], [48n, 0]);
  });

  it('pays with a recovered voucher alone, and votes with a recovered ballot', async () => {
    const all = await setUp();
    const { federation } = all;
    const { order } = await all.wallet.claim(federation.grant(20, { vouchers: [{ offer: 3, count: 2 }], ballot: 2 }));
    const { again } = await restored(all);
    await again.recover(order, 1);
    const both = again.pay(federation.checkout(170n), 20n, [{ offer: 3, count: 1 }]);
    await assert.rejects(both, { code: 'voucher-alone' });
    assert.equal((await again.pay(federation.checkout(170n), 0n, [{ offer: 3, count: 1 }])).state, 'done');
    assert.equal((await again.vote(2, 0)).state, 'done');
    assert.deepEqual(again.balance().vouchers, [{ offer: 3, count: 1 }]);
  });

  it('looks for the other slots only beside a slot 0, and takes nothing of what is not its own', async () => {
    const { federation, wallet } = await setUp();
    const { order: digest, keyset } = await wallet.claim(federation.grant(3));
    await assert.rejects(wallet.recover('00'.repeat(32), keyset), { code: 'not-found' });
    const { order } = federation.orders.get(digest).checked;
    const secrets = (fill) => CoinSecrets.of(new Uint8Array(32).fill(fill), federation.body.federation);
    const at = (slot) => ({ keyset, device: 0, order: 2n, slot });
    const of = (...slots) => ({
      ...order,
      outputs: slots.map((slot, i) => ({ ...order.outputs[i % 2], blinded: secrets(1).publicAt(at(slot)).blinded })),
    });
    const found = (fill, body, most) => [...findPlaces(secrets(fill), 1, [], body, most).outputs.values()];
    assert.deepEqual(found(1, of(0, 2), 3n), [at(0), at(2)]);
    assert.deepEqual(found(1, of(1, 2), 3n), []);
    assert.deepEqual(found(1, of(0, 2), 2n), []);
    assert.deepEqual(found(2, of(0, 2), 3n), []);
    const spends = { ...of(), inputs: [{ kind: order.outputs[0].class.kind, point: secrets(1).publicAt(at(0)).point }] };
    assert.deepEqual(findPlaces(secrets(1), 1, [], spends, 3n).inputs, [at(0)]);
  });
});

describe('an order of the lost wallet that is adopted', () => {
  it('brings coins only if all its outputs are of one keyset, device and number', () => {
    const federation = new Federation({ keysets: 2 });
    const { charter, body } = federation;
    const secrets = CoinSecrets.of(new Uint8Array(32).fill(1), body.federation);
    const context = { secrets, charter };
    const place = { keyset: 1, device: 0, order: 0n, slot: 0 };
    const kind = (denomination) => ({ type: 'points', denomination });
    const { point } = secrets.publicAt(place);
    const components = new Map([0, 1, 2, 3].map((index) => [index, new Uint8Array(32)]));
    const coin = { place, kind: kind(4n), point: toHex(point), components, madeBy: '', unproven: true };
    const adopt = (device, ...places) => {
      const outputs = places.map((at) => ({ class: { keyset: at.keyset, kind: kind(2n) }, blinded: secrets.publicAt(at).blinded }));
      const frame = { federation: body.federation, keyset: 1, store: 0, purpose: { type: 'swap' }, reference: new Uint8Array(32) };
      const order = { ...frame, time: 0n, inputs: [{ kind: coin.kind, point }], outputs };
      const value = signSpend('order', [secrets.spending(coin)], message.orderDigest(order), new Uint8Array(32).fill(2));
      const signed = { order, authorization: { type: 'spend', value } };
      const probe = probeCoin(context, coin, new Uint8Array(32).fill(3), new Uint8Array(32).fill(4));
      const answers = federation.witnesses
        .get(1)
        .map(({ index, vote }) =>
          message.signProbeAnswer(vote, charter.keyset(1), index, probe, { type: 'bound', value: signed }),
        );
      const state = { ...emptyState(device), coins: [coin] };
      return takeProbeAnswers(context, state, probe, answers, NOW, new Uint8Array(32).fill(5));
    };
    const adopted = (...places) => adopt(1, ...places).order.outputs.length;
    const at = (more) => ({ ...place, order: 1n, ...more });
    assert.equal(adopted(at(), at({ slot: 1 })), 2);
    assert.equal(adopted(at(), at({ keyset: 2 })), 0);
    assert.equal(adopted(at(), at({ order: 2n })), 0);
    assert.equal(adopted(at(), at({ device: 1 })), 0);
    // Numbers of the wallet's own device are used up, whether or not it takes the coins.
    assert.deepEqual([...adopt(0, at(), at({ order: 6n })).state.numbers], [[1, 7n]]);
  });
});

describe('a key that was spent', () => {
  it('is remembered as long as its keyset is evaluated', () => {
    const { charter } = new Federation();
    const state = { ...emptyState(0), spent: new Map([['00'.repeat(32), 1]]) };
    const { evaluateUntil } = charter.keyset(1);
    const left = (now) => forgetClosed({ charter }, state, now).spent.size;
    assert.deepEqual([left(evaluateUntil), left(evaluateUntil + 1n)], [1, 0]);
  });
});

describe('an unproven coin', () => {
  const charter = {
    keyset: () => ({ quorum: 1, entry: { redeemUntil: 10n } }),
    voucherOffer: () => ({ value: 5n }),
    campaign: () => ({ end: 5n }),
  };
  const coin = (kind, more = {}) => ({
    place: { keyset: 1, device: 0, order: 0n, slot: 0 },
    kind,
    point: 'aa',
    components: new Map([[0, new Uint8Array(32)]]),
    madeBy: '',
    unproven: true,
    ...more,
  });
  const points = (denomination, more) => coin({ type: 'points', denomination }, more);
  const worth = (coins, now = 0n) =>
    provable({ charter }, { ...emptyState(0), coins }, now).map(({ kind }) => kind.denomination);

  it('is exchanged unless something of the same key may be worth more', () => {
    assert.deepEqual(worth([points(4n), points(8n), points(1n, { point: 'bb' })]), [8n, 1n]);
    assert.deepEqual(worth([points(4n), coin({ type: 'voucher', offer: 1 })]), []);
    assert.deepEqual(worth([points(8n), coin({ type: 'voucher', offer: 1 })]), [8n]);
    assert.deepEqual(worth([points(8n), coin({ type: 'ballot', campaign: 1 })], 4n), []);
    assert.deepEqual(worth([points(8n), coin({ type: 'ballot', campaign: 1 })], 5n), [8n]);
  });

  it('is exchanged only while it can be spent, and once', () => {
    assert.deepEqual(worth([points(8n)], 10n), []);
    assert.deepEqual(worth([points(8n, { components: new Map() })]), []);
    assert.deepEqual(worth([points(8n, { spentBy: 'x' })]), []);
    assert.deepEqual(worth([points(8n, { unproven: undefined })]), []);
  });

  it('is asked about no more once its key was found unbound, though another of it comes later (RESTORE-34)', () => {
    const context = { charter: { keyset: () => ({ quorum: 1, evaluateUntil: 10n, entry: { redeemUntil: 10n } }) } };
    const asked = (...coins) => askable(context, { ...emptyState(0), coins }, 0n).map(({ kind }) => kind.type);
    const vote = coin({ type: 'ballot', campaign: 1 });
    const marked = coin({ type: 'ballot', campaign: 2 }, { unbound: true });
    assert.deepEqual(asked(vote), ['ballot']);
    assert.deepEqual(asked(marked), []);
    assert.deepEqual(asked(marked, vote), []);
    assert.deepEqual(asked(vote, marked), []);
    assert.deepEqual(asked(marked, { ...vote, place: { ...vote.place, keyset: 2 } }), ['ballot']);
    // To be exchanged it is asked about all the same.
    const worthless = { ...context.charter, voucherOffer: () => ({ value: 0n }) };
    const voucher = coin({ type: 'voucher', offer: 1 }, { unbound: true });
    const both = { ...emptyState(0), coins: [voucher, points(8n)] };
    assert.deepEqual(askable({ charter: worthless }, both, 0n).map(({ kind }) => kind.type), ['points']);
  });
});

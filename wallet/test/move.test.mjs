// How points move into a later keyset before theirs ends (chapters 13 and 19).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { MemoryStorage, readWords, Wallet } from '../dist/index.js';
import { english } from '../dist/words/english.js';
import { CoinSecrets } from '../dist/machine/wallet/secrets.js';
import { moveTime } from '../dist/machine/wallet/move-time.js';
import { fromHex, toHex } from '../dist/crypto/index.js';
import { readWallet, saveWallet } from '../dist/machine/wallet/saved.js';
import { NOW, randomOf } from './support/federation.mjs';
import { copyOf, seed, setUp } from './support/wallets.mjs';

const DAY = 86_400n;
const MONTH = 30n * DAY;
const END = NOW + 3n * MONTH;

/** A wallet with points of keyset 1, and a keyset 2 that lives six months longer. */
async function withLater({ points = 7, more = {}, denominations, around = {} } = {}) {
  const { federation, wallet, storage, surroundings } = await setUp({}, around);
  await wallet.claim(federation.grant(points, more));
  federation.now = NOW + MONTH + DAY;
  federation.addKeyset({ denominations, issueUntil: NOW + 7n * MONTH, redeemUntil: NOW + 9n * MONTH });
  const orders = () => [...federation.orders.values()].slice(1).map(({ checked }) => checked.order);
  const saved = async () => readWallet((await storage.load()).bytes);
  return { federation, wallet, orders, saved, storage, surroundings };
}

const kindsOf = (coins) => coins.map(({ kind }) => Number(kind.denomination)).sort((a, b) => a - b);

/** Starts something else once a move has been made; it is durable only after the next move was begun. */
class Between {
  start;
  started;
  #begun;
  #wait;

  get surroundings() {
    const storage = new MemoryStorage();
    const save = storage.save.bind(storage);
    storage.save = async (record) => {
      await this.#wait;
      this.#wait = undefined;
      const last = readWallet(record.bytes).state.history.at(-1);
      if (this.start !== undefined && last?.purpose === 'move') {
        this.started = this.start();
        this.start = undefined;
        // Until its step stands in line.
        await pause(50);
        this.#wait = new Promise((resolve) => (this.#begun = resolve));
      }
      return save(record);
    };
    const bytes = randomOf(`${seed} wallet`);
    const random = (length) => {
      // A move begins with 16 bytes that draw its keyset.
      if (length === 16) this.#begun?.();
      return bytes(length);
    };
    return { storage, random };
  }
}

describe('a wallet with points of a keyset that ends', () => {
  it('moves each denomination by an order of its own, and keeps its points', async () => {
    const { federation, wallet, orders, saved } = await withLater({ points: 7 });
    federation.now = END - 7n * DAY;
    const moved = await wallet.move();
    assert.deepEqual(moved.map(({ state }) => state), ['done', 'done', 'done']);
    assert.equal(wallet.balance().points, 7n);
    assert.deepEqual(orders().map(({ inputs }) => kindsOf(inputs)), [[1], [2], [4]]);
    for (const { keyset, purpose, outputs, store, time } of orders()) {
      assert.deepEqual([keyset, purpose.type, store, time % 3600n], [1, 'swap', 0, 0n]);
      assert.ok(outputs.length > 0 && outputs.every((output) => output.class.keyset === 2));
    }
    const { state } = await saved();
    assert.ok(state.coins.every(({ place }) => place.keyset === 2));
    assert.deepEqual([...state.numbers], [[1, 1n], [2, 3n]]);
  });

  it('moves nothing before its time, then what is due, and all of it a week before the end', async () => {
    const { federation, wallet, saved } = await withLater({ points: 7 });
    const { seed, federation: id } = await saved();
    const secrets = CoinSecrets.of(seed, id);
    const { keysets } = federation.charter;
    const times = [1n, 2n, 4n].map((each) => moveTime(secrets, 0, keysets.find((k) => k.id === 1), each));
    assert.ok(times.every((at) => at >= NOW + MONTH && at <= END - 7n * DAY));
    const [first, second] = [...times].sort((a, b) => Number(a - b));
    federation.now = first - 1n;
    assert.deepEqual(await wallet.move(), []);
    federation.now = first;
    assert.equal((await wallet.move()).length, 1);
    federation.now = second - 1n;
    assert.deepEqual(await wallet.move(), []);
    federation.now = END - 7n * DAY;
    assert.equal((await wallet.resume()).length, 2);
    assert.equal(wallet.balance().points, 7n);
  });

  it('moves nothing where no later keyset is, or after its own has ended', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(7));
    federation.now = END - DAY;
    assert.deepEqual(await wallet.move(), []);
    federation.addKeyset({ issueUntil: NOW + 7n * MONTH, redeemUntil: NOW + 9n * MONTH });
    federation.now = END;
    assert.deepEqual(await wallet.move(), []);
    assert.equal(wallet.balance().points, 0n);
  });

  it('splits the sum as the later keyset does, and leaves a coin that is too large for it', async () => {
    const { federation, wallet, orders } = await withLater({ points: 512, denominations: [1n] });
    await wallet.swap('renew');
    assert.deepEqual(kindsOf(orders()[0].inputs), [512]);
    federation.now = END - DAY;
    assert.deepEqual(await wallet.move(), [], 'a coin of 512 can not become 256 coins of 1');
    await wallet.give(5, 256n);
    assert.equal((await wallet.move()).length, 1);
    assert.equal(orders().at(-1).outputs.length, 256);
    assert.equal(wallet.balance().points, 256n);
  });

  it('has its points in open orders while the later committee is behind, and completes them then', async () => {
    const { federation, wallet } = await withLater({ points: 4 });
    federation.now = END - 7n * DAY;
    federation.behind.add(2);
    assert.deepEqual((await wallet.move()).map(({ state }) => state), ['arriving']);
    assert.equal(wallet.balance().points, 0n);
    federation.behind.clear();
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.deepEqual(wallet.balance(), { points: 4n, held: 0n, vouchers: [], ballots: [], pending: 0 });
  });

  it('goes on with a move after it was closed, in the same bytes', async () => {
    const { federation, wallet, storage, surroundings } = await withLater({ points: 4 });
    federation.now = END - 7n * DAY;
    federation.mute.add(0).add(1);
    assert.deepEqual((await wallet.move()).map(({ state }) => state), ['pending']);
    assert.deepEqual(await wallet.move(), [], 'its coins are bound');
    const again = await Wallet.open({ ...surroundings, storage: await copyOf(storage) });
    federation.mute.clear();
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    const sent = federation.requests.filter(({ path }) => path === '/v1/orders').map(({ body }) => JSON.parse(body).order);
    assert.equal(new Set(sent).size, 1);
    assert.equal(again.balance().points, 4n);
    const [, moved] = again.history();
    assert.deepEqual([moved.purpose, moved.points, moved.outcome], ['move', 4n, 'certified']);
  });

  it('asks in the later keyset for a move whose own keyset has closed', async () => {
    const { federation, wallet } = await withLater({ points: 4 });
    federation.now = END - 7n * DAY;
    federation.behind.add(2);
    await wallet.move();
    const asked = () => federation.requests.map(({ path }) => /keyset=(\d+)/.exec(path)?.[1]).filter(Boolean);
    federation.now = END + 7n * DAY;
    await wallet.resume();
    assert.equal(asked().at(-1), '1');
    federation.behind.clear();
    federation.now = END + 7n * DAY + 1n;
    await wallet.resume();
    assert.equal(asked().at(-1), '2');
    assert.equal(wallet.balance().points, 4n);
  });

  it('is not sent any more once its own keyset has closed, though it is not certified (WALLET-41)', async () => {
    const { federation, wallet, orders } = await withLater({ points: 4 });
    federation.now = END - 7n * DAY;
    federation.mute.add(0).add(1);
    assert.deepEqual((await wallet.move()).map(({ state }) => state), ['pending']);
    federation.mute.clear();
    federation.now = END + 7n * DAY + 1n;
    federation.requests.length = 0;
    await wallet.resume();
    const asked = federation.requests.filter(({ path }) => path.startsWith('/v1/orders'));
    assert.ok(asked.length > 0);
    assert.ok(asked.every(({ method, path }) => method === 'GET' && path.endsWith('?keyset=2')), JSON.stringify(asked));
    assert.equal(orders().length, 1);
  });

  it('is asked for with the later keyset also by a wallet that recovered it', async () => {
    const all = await withLater({ points: 4 });
    const { federation, wallet, surroundings } = all;
    federation.now = END - 7n * DAY;
    const [{ order }] = await wallet.move();
    const seed = readWords(wallet.words(english).join(' '), english);
    const options = { ...surroundings, storage: new MemoryStorage(), node: federation.addresses[0], seed, device: 1 };
    const again = await Wallet.create(options);
    federation.behind.add(2);
    await again.recover(order, 1);
    assert.equal(again.balance().pending, 1);
    federation.behind.clear();
    federation.now = END + 7n * DAY + 1n;
    federation.requests.length = 0;
    await again.resume();
    const asked = federation.requests.filter(({ path }) => path.startsWith(`/v1/orders/${order}`));
    assert.deepEqual(asked.map(({ path }) => path.split('?')[1]), ['keyset=2']);
    assert.equal(again.balance().points, 4n);
  });

  it('does not stand in the way of another that can be made', async () => {
    const { federation, surroundings, saved } = await withLater({ points: 7 });
    federation.now = END - 7n * DAY;
    // The key of the first coin is of no place of the seed.
    const record = await saved();
    const spoil = (coin) => (coin.kind.denomination === 1n ? { ...coin, point: toHex(new Uint8Array(32).fill(9)) } : coin);
    const bytes = saveWallet({ ...record, state: { ...record.state, coins: record.state.coins.map(spoil) } });
    const spoiled = new MemoryStorage();
    await spoiled.save({ revision: 1, bytes });
    const again = await Wallet.open({ ...surroundings, storage: spoiled });
    assert.deepEqual((await again.move()).map(({ state }) => state), ['done', 'done']);
  });

  for (const [what, other] of [
    ['a search was begun', (wallet) => wallet.search()],
    ['its coins were spent', (wallet) => wallet.give(5, 4n)],
  ]) {
    it(`reports what it did before a move that can not be made any more, because ${what} meanwhile`, async () => {
      const between = new Between();
      const { federation, wallet } = await withLater({ points: 7, around: between.surroundings });
      federation.mute.add(0).add(1);
      assert.equal((await wallet.give(5, 2n)).state, 'pending');
      federation.mute.clear();
      federation.now = END - 7n * DAY;
      between.start = () => other(wallet);
      const resumed = await wallet.resume();
      assert.deepEqual(resumed.map(({ state, error }) => [state, error]), [['done', undefined], ['done', undefined]]);
      assert.ok(between.started);
      await between.started;
    });
  }

  it('shows until when coins can be spent, when points move, and what does not move', async () => {
    const vouchers = [{ offer: 3, count: 2 }];
    const { federation, wallet } = await withLater({ points: 12, more: { vouchers, ballot: 2 } });
    await wallet.give(5, 1n);
    const [view, ...others] = wallet.keysets();
    assert.deepEqual(others, []);
    const { moves, ...rest } = view;
    const ballots = [{ campaign: 2, count: 1 }];
    const shown = { keyset: 1, spendUntil: END, stage: 'ending', points: 11n, canMove: true, vouchers, ballots };
    assert.deepEqual(rest, shown);
    assert.equal(moves.reduce((sum, { points }) => sum + points, 0n), 11n);
    federation.now = END - 7n * DAY;
    await wallet.move();
    assert.deepEqual(wallet.keysets().map(({ keyset, points, vouchers: v }) => [keyset, points, v.length]), [
      [1, 0n, 1],
      [2, 11n, 0],
    ]);
    federation.now = END;
    assert.equal(wallet.keysets()[0].stage, 'over');
  });
});

describe('a signed order that is sent again', () => {
  it('shows the columns of components that came since', async () => {
    const { federation, wallet } = await setUp();
    federation.mute.add(3);
    await wallet.claim(federation.grant(8));
    federation.mute.add(0).add(1);
    assert.equal((await wallet.give(5, 8n)).state, 'pending');
    const columns = () => {
      const bodies = federation.requests.filter(({ path }) => path === '/v1/orders').map(({ body }) => JSON.parse(body));
      return bodies.map((body) => [body.columns.length, body.order, body.authorization]);
    };
    const [[before, order, authorization]] = columns();
    assert.equal(before, 3);
    // Witness 0 is gone for good; 3 answers again.
    federation.mute.clear();
    federation.mute.add(0);
    federation.now += 86_400n;
    // The components are asked for last, and shown the next time.
    await wallet.resume();
    await wallet.resume();
    assert.deepEqual(columns().at(-1), [4, order, authorization]);
    assert.equal(wallet.balance().pending, 0);
  });
});

it('a time of a move depends on seed, device, keyset and denomination', () => {
  const keyset = (id) => ({ id, entry: { issueUntil: 1_000n, redeemUntil: 10n ** 9n } });
  const [one, two] = [1, 2].map((byte) => CoinSecrets.of(new Uint8Array(32).fill(byte), fromHex('00'.repeat(32))));
  const times = [
    moveTime(one, 0, keyset(1), 1n),
    moveTime(two, 0, keyset(1), 1n),
    moveTime(one, 1, keyset(1), 1n),
    moveTime(one, 0, keyset(2), 1n),
    moveTime(one, 0, keyset(1), 2n),
  ];
  assert.equal(new Set(times).size, times.length);
  assert.equal(moveTime(one, 0, keyset(1), 1n), times[0]);
  assert.equal(moveTime(one, 0, { id: 1, entry: { issueUntil: 5n, redeemUntil: 7n } }, 1n), 0n);
});

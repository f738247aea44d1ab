// When a wallet asks for the components that its coins lack (WALLET-31, WALLET-32).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Wallet } from '../dist/index.js';
import { drawAsking, emptyState, readWallet } from '../dist/machine/wallet/index.js';
import { NOW, problem } from './support/federation.mjs';
import { copyOf, setUp } from './support/wallets.mjs';

const [HOUR, DAY] = [3600n, 86_400n];
const asked = ({ requests }) => requests.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/orders/'));

/** A wallet with points of which one component is missing. */
async function withMissing(points = 20) {
  const all = await setUp();
  all.federation.mute.add(2);
  assert.equal((await all.wallet.claim(all.federation.grant(points))).state, 'arriving');
  const times = async () => readWallet((await all.storage.load()).bytes).state.orders.map(({ askFrom }) => askFrom);
  return { ...all, times };
}

describe('a component that spendable coins lack', () => {
  it('is asked for at its time, of one store, and again at another time if it is still missing', async () => {
    const { federation, wallet, times } = await withMissing();
    const [first] = await times();
    assert.ok(first >= NOW + HOUR && first <= NOW + DAY, `${first}`);
    federation.now = first - 1n;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['arriving']);
    assert.equal(asked(federation).length, 0);
    federation.now = first;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['arriving']);
    assert.equal(asked(federation).length, 1);
    const [second] = await times();
    assert.ok(second >= first + HOUR && second <= first + DAY, `${second}`);
    federation.mute.clear();
    await wallet.resume();
    assert.equal(asked(federation).length, 1);
    federation.now = second;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.equal(asked(federation).length, 2);
  });

  it('is asked for at another time after an answer without certificate, and of nobody else', async () => {
    const { federation, wallet, times } = await withMissing();
    const [first] = await times();
    federation.now = first;
    federation.after = ({ path }, answer) =>
      path.startsWith('/v1/orders/') ? { status: 202, json: { order: answer.json.order, state: 'pending' } } : answer;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['arriving']);
    assert.equal(asked(federation).length, 1);
    const [second] = await times();
    assert.ok(second >= first + HOUR && second <= first + DAY, `${second}`);
  });

  it('is asked of the next store if one can not be reached or refuses', async () => {
    const { federation, wallet, times } = await withMissing();
    const [first] = await times();
    federation.now = first;
    let calls = 0;
    federation.after = ({ path }, answer) => {
      if (!path.startsWith('/v1/orders/')) return answer;
      calls += 1;
      if (calls === 1) throw new TypeError('fetch failed');
      return calls === 2 ? problem(503, 'quorum-unreachable', { answered: 0, needed: 1 }) : answer;
    };
    await wallet.resume();
    assert.equal(calls, 3);
    const [second] = await times();
    assert.ok(second >= first + HOUR, `${second}`);
  });

  it('is asked for at a time of its own for each order', async () => {
    const { federation, wallet, times } = await withMissing();
    await wallet.claim(federation.grant(3));
    await wallet.claim(federation.grant(4));
    assert.equal(new Set(await times()).size, 3);
  });

  it('is asked for at a time drawn from an hour to a day, both counted', () => {
    const open = { id: 'x', about: { type: 'swap', points: 1n }, certificate: new Uint8Array(1) };
    const drawn = (number) => {
      const random = new Uint8Array(16);
      new DataView(random.buffer).setUint32(12, number);
      return drawAsking({ ...emptyState(0), orders: [open] }, 'x', 1000n, random).orders[0].askFrom - 1000n;
    };
    assert.deepEqual([0, 1, 82_800, 82_801].map(drawn), [HOUR, HOUR + 1n, DAY, HOUR]);
  });

  it('is asked for at once where there is no quorum without it', async () => {
    const { federation, wallet } = await setUp();
    federation.after = (_, { status, json }) =>
      json.evaluations && { status, json: { ...json, evaluations: json.evaluations.slice(0, 2) } };
    assert.equal((await wallet.claim(federation.grant(20))).state, 'arriving');
    assert.equal(wallet.balance().points, 0n);
    federation.after = undefined;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
  });

  it('is not asked for by a wallet that was opened to pay, before it has paid', async () => {
    const { federation, storage, surroundings } = await withMissing(48);
    federation.now = NOW + DAY;
    const again = await Wallet.open({ ...surroundings, storage: await copyOf(storage), toPay: true });
    await again.resume();
    await assert.rejects(again.pay(federation.checkout(100n), 99n), { code: 'not-enough' });
    await again.resume();
    assert.equal(asked(federation).length, 0);
    assert.equal((await again.pay(federation.checkout(16n), 16n)).state, 'done');
    federation.mute.clear();
    await again.resume();
    assert.equal(asked(federation).length > 0, true);
  });

  it('is not asked for where the coins move in the same go', async () => {
    const { federation, wallet } = await withMissing(4);
    const month = 30n * DAY;
    federation.mute.clear();
    federation.now = NOW + 3n * month - 7n * DAY;
    federation.addKeyset({ issueUntil: NOW + 7n * month, redeemUntil: NOW + 9n * month });
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done', 'done']);
    assert.equal(asked(federation).length, 0);
    assert.equal(wallet.balance().points, 4n);
  });
});

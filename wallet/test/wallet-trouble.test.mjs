// What a wallet does when stores, witnesses or other wallets misbehave.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStorage, Wallet } from '../dist/index.js';
import * as message from '../dist/message/index.js';
import { fromBase64, toBase64 } from '../dist/wallet/base64.js';
import { Federation, NOW, problem, randomOf } from './support/federation.mjs';
import { copyOf, setUp } from './support/wallets.mjs';

const isOrder = ({ method, path }) => method === 'POST' && path === '/v1/orders';
const orders = (federation) => federation.requests.filter(isOrder);

describe('an order in the way', () => {
  it('kills an order only with its certificate, and frees the coins that it does not spend', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    await wallet.claim(federation.grant(48));
    const twin = await Wallet.open({ ...surroundings, storage: await copyOf(storage) });
    await twin.pay(federation.checkout(16n), 16n);
    await assert.rejects(wallet.pay(federation.checkout(48n), 48n), { code: 'coin-spent' });
    assert.deepEqual(wallet.balance(), { points: 32n, held: 0n, vouchers: [], ballots: [], pending: 0 });
    assert.equal(wallet.history().at(-1).outcome, 'dead');
  });

  it('frees nothing while it is not certified, or conflicts with nothing', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    await wallet.claim(federation.grant(16));
    const twin = await Wallet.open({ ...surroundings, storage: await copyOf(storage) });
    federation.mute = new Set([2, 3]);
    assert.equal((await twin.pay(federation.checkout(16n), 16n)).state, 'pending');
    federation.mute = new Set([]);
    await assert.rejects(wallet.pay(federation.checkout(16n), 16n), { code: 'order-conflict' });
    assert.deepEqual([wallet.balance().held, wallet.balance().pending], [16n, 1]);
    // A certified order that spends other coins proves nothing.
    const [claim] = [...federation.orders.values()];
    const conflict = { other: { type: 'certified', value: claim.checked.order }, certificate: claim.certificate };
    const shown = toBase64(message.encode(message.conflict, conflict));
    federation.after = (request) =>
      isOrder(request) ? { status: 409, json: { code: 'coin-spent', title: '', conflict: shown } } : undefined;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['pending']);
    assert.deepEqual([wallet.balance().held, wallet.balance().pending], [16n, 1]);
  });
});

/** Changes the evaluations of an answer. */
function changeEvaluations(federation, change) {
  federation.after = (_, { status, json }) => {
    if (json.evaluations === undefined) return undefined;
    const evaluations = json.evaluations.map((text) => message.decode(message.evaluation, fromBase64(text), 65536));
    const changed = change(evaluations).map((item) => toBase64(message.encode(message.evaluation, item)));
    return { status, json: { ...json, evaluations: changed } };
  };
}

describe('an evaluation', () => {
  it('that was spoiled on the way is left out, and blames nobody', async () => {
    const { federation, wallet } = await setUp();
    changeEvaluations(federation, ([first, ...rest]) => [{ ...first, signature: rest[0].signature }, ...rest]);
    assert.equal((await wallet.claim(federation.grant(20))).state, 'arriving');
    assert.equal(wallet.evidence().length, 0);
    federation.after = undefined;
    federation.now += 86_400n;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
  });

  it('that its witness signed with a wrong proof is kept as evidence', async () => {
    const warnings = [];
    const { federation, wallet } = await setUp({}, { onWarning: (warning) => warnings.push(warning.code) });
    const [liar] = federation.witnesses.get(1);
    const { poprf } = liar;
    liar.poprf = federation.witnesses.get(1)[1].poprf;
    assert.equal((await wallet.claim(federation.grant(20))).state, 'arriving');
    assert.equal(wallet.evidence().length, 1);
    assert.deepEqual(warnings, ['bad-proof']);
    liar.poprf = poprf;
    federation.now += 86_400n;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.equal(wallet.evidence().length, 1);
  });

  it('that can not be read does not spoil the certificate beside it', async () => {
    const { federation, wallet } = await setUp();
    federation.after = (_, { status, json }) =>
      json.evaluations && { status, json: { ...json, evaluations: ['!', ...json.evaluations.slice(1)] } };
    assert.equal((await wallet.claim(federation.grant(20))).state, 'arriving');
  });
});

describe('a certificate', () => {
  it('that is not good changes nothing, and the next store is asked', async () => {
    const { federation, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    federation.after = ({ store }, { status, json }) => {
      if (store !== 1 || json.certificate === undefined) return undefined;
      const bytes = fromBase64(json.certificate);
      bytes[bytes.length - 1] ^= 1;
      return { status, json: { ...json, certificate: toBase64(bytes) } };
    };
    assert.equal((await wallet.pay(federation.checkout(20n), 4n)).state, 'done');
    assert.deepEqual(orders(federation).map(({ store }) => store).length, 2);
    assert.equal(orders(federation)[0].store, 1);
    assert.notEqual(orders(federation)[1].store, 1);
  });
});

describe('a claim', () => {
  it('is not answered by an order that asks for other coins', async () => {
    const { federation, wallet } = await setUp();
    federation.after = ({ path }, { status, json }) => {
      if (!path.endsWith('/claim')) return undefined;
      const order = message.decode(message.order, fromBase64(json.order), 65536);
      const changed = { ...order, outputs: order.outputs.slice(1) };
      return { status, json: { ...json, order: toBase64(message.encode(message.order, changed)) } };
    };
    await assert.rejects(wallet.claim(federation.grant(20)), { code: 'other-order' });
    assert.equal(wallet.balance().pending, 1);
    federation.after = undefined;
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
  });

  it('takes another order from its own store alone, and from nobody asked for the one it knows', async () => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([0, 1, 2]);
    const { order: known } = await wallet.claim(federation.grant(20));
    federation.mute.clear();
    federation.down.add(1);
    federation.before = ({ path }) => {
      if (!path.startsWith('/v1/orders/')) return undefined;
      const { order } = federation.orders.get(known).checked;
      const other = { ...order, time: order.time + 1n };
      return { status: 202, json: { digest: known, order: toBase64(message.encode(message.order, other)), votes: 1 } };
    };
    assert.deepEqual((await wallet.resume()).map(({ order, state }) => [order, state]), [[known, 'pending']]);
    assert.deepEqual(wallet.history().map(({ digest }) => digest), [known]);
    federation.before = undefined;
    federation.down.clear();
    assert.deepEqual((await wallet.resume()).map(({ order, state }) => [order, state]), [[known, 'done']]);
  });

  it('is not withdrawn by a refusal that comes when the other of two tries has its order', async () => {
    const { federation, wallet } = await setUp();
    const link = federation.grant(20);
    let release;
    const held = new Promise((resolve) => (release = resolve));
    let tries = 0;
    federation.before = async ({ path }) => {
      if (!path.endsWith('/claim')) return undefined;
      tries += 1;
      if (tries === 1) return undefined;
      await held;
      return problem(409, 'grant-claimed');
    };
    federation.after = async ({ path }) => {
      if (path.endsWith('/claim') && tries === 1) while (tries < 2) await new Promise(setImmediate);
    };
    const claims = [wallet.claim(link), wallet.claim(link)];
    assert.equal((await claims[0]).state, 'done');
    release();
    assert.equal((await claims[1]).state, 'done');
    assert.deepEqual(wallet.history().map(({ outcome }) => outcome), ['certified']);
    assert.equal(wallet.balance().points, 20n);
  });

  it('that its store gives nothing for fails for both of two tries', async () => {
    const { federation, wallet } = await setUp();
    const link = federation.grant(20);
    [...federation.grants.values()][0].refusal = 'grant-expired';
    const ends = await Promise.allSettled([wallet.claim(link), wallet.claim(link)]);
    assert.deepEqual(ends.map(({ reason }) => reason?.code), ['grant-expired', 'grant-expired']);
    assert.deepEqual(wallet.history().map(({ outcome }) => outcome), ['withdrawn']);
  });

  it('goes to no other store than its own', async () => {
    const { federation, wallet } = await setUp();
    federation.after = ({ path }) => {
      if (path.endsWith('/claim')) throw new TypeError('fetch failed');
    };
    assert.equal((await wallet.claim(federation.grant(20, { store: 2 }))).state, 'pending');
    const stores = federation.requests.filter(({ path }) => path.endsWith('/claim')).map(({ store }) => store);
    assert.deepEqual(new Set(stores), new Set([2]));
  });
});

describe('an address', () => {
  it('that the charter does not list any more gets neither a payment nor its certificate', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    federation.mute = new Set([0, 1, 2]);
    assert.equal((await wallet.pay(federation.checkout(20n), 11n)).state, 'pending');
    federation.mute.clear();
    const stores = federation.body.stores.map((store) => ({ ...store }));
    const [old] = stores[0].http;
    stores[0].http = ['https://moved.test'];
    federation.chain.push(federation.nextVersion({ stores }));
    federation.charter = federation.charter.succeed(federation.chain[1]);
    federation.addresses[0] = 'https://moved.test';
    federation.now += 3600n;
    const urls = [];
    const fetch = (url, init) => (urls.push(url), federation.fetch(url, init));
    const again = await Wallet.open({ ...surroundings, storage: await copyOf(storage), fetch });
    federation.before = ({ store, path }) => {
      if (store === 1 && path === '/v1/orders') throw new TypeError('fetch failed');
    };
    assert.deepEqual((await again.resume()).map(({ state }) => state), ['done']);
    const about = urls.filter((url) => !url.endsWith('/v1/charter'));
    assert.equal(about[0], 'https://moved.test/v1/orders');
    assert.ok(about.some((url) => url.startsWith('https://moved.test/v1/checkouts/')));
    assert.deepEqual(about.filter((url) => url.startsWith(old)), []);
  });
});

describe('a wallet of words', () => {
  it('is not made without a device number', async () => {
    const federation = new Federation();
    const storage = new MemoryStorage();
    const making = { storage, fetch: federation.fetch, now: () => NOW, node: federation.addresses[0] };
    await assert.rejects(Wallet.create({ ...making, seed: new Uint8Array(32).fill(3) }), { code: 'no-device' });
    assert.equal(await storage.load(), undefined);
    assert.equal((await Wallet.create({ ...making, seed: new Uint8Array(32).fill(3), device: 2 })).device, 2);
  });
});

describe('resuming', () => {
  it('goes on past an order for which no store says anything good', async () => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([0, 1, 2]);
    const first = await wallet.claim(federation.grant(20));
    const second = await wallet.claim(federation.grant(30, { store: 2 }));
    federation.mute.clear();
    federation.after = ({ store, path }, { status, json }) => {
      const of = path.includes(first.order) || (store === 1 && path.endsWith('/claim'));
      if (!of || json.certificate === undefined) return undefined;
      const bytes = fromBase64(json.certificate);
      bytes[bytes.length - 1] ^= 1;
      return { status, json: { ...json, certificate: toBase64(bytes) } };
    };
    const resumed = await wallet.resume();
    assert.deepEqual(resumed.map(({ order, state }) => [order, state]), [
      [first.order, 'pending'],
      [second.order, 'done'],
    ]);
    assert.equal(resumed[0].error.code, 'bad-signature');
  });
});

describe('the charter', () => {
  it('of two stores that differ is taken from neither', async () => {
    const federation = new Federation();
    federation.chain.push(federation.nextVersion({ issued: NOW }));
    const fork = [federation.chain[0], federation.nextVersion({ issued: NOW + 1n, version: 2n })];
    fork[1] = federation.sign({ ...federation.chain[1].body, issued: NOW + 1n });
    const written = (signed) => toBase64(message.encode(message.signedCharter, signed));
    federation.after = ({ store, path }, { status, json }) =>
      path === '/v1/charter' && store !== 1
        ? { status, json: { ...json, chain: fork.map(written) } }
        : undefined;
    const storage = new MemoryStorage();
    const making = Wallet.create({
      storage,
      fetch: federation.fetch,
      random: randomOf('fork'),
      now: () => NOW,
      node: federation.addresses[0],
    });
    await assert.rejects(making, { code: 'charters-differ' });
    assert.equal(await storage.load(), undefined);
  });

  it('is compared at any address of a second store, and its owner is told if none answers', async () => {
    const make = async (federation, warnings = []) => {
      const onWarning = ({ code }) => warnings.push(code);
      const surroundings = { storage: new MemoryStorage(), now: () => NOW, onWarning };
      const { addresses, fetch } = federation;
      await Wallet.create({ ...surroundings, fetch, node: addresses[0] });
      return warnings;
    };
    assert.deepEqual(await make(new Federation()), []);
    const alone = new Federation();
    alone.down = new Set([2, 3, 4]);
    assert.deepEqual(await make(alone), ['not-compared']);
    const twoDoors = new Federation();
    const stores = twoDoors.body.stores.map((store) => ({ ...store, http: ['https://shut.test', ...store.http] }));
    twoDoors.chain = [twoDoors.sign({ ...twoDoors.body, stores })];
    assert.deepEqual(await make(twoDoors), []);
    const stranger = new Federation({ name: 'Another' });
    const mixed = new Federation();
    mixed.after = ({ store, path }) => (path === '/v1/charter' && store !== 1 ? stranger.answer({ path }) : undefined);
    await assert.rejects(make(mixed), { code: 'charters-differ' });
  });

  it('is fetched again after an hour, and the longer one holds', async () => {
    const { federation, wallet } = await setUp();
    federation.chain.push(federation.nextVersion({ associations: [{ id: 5, name: 'Le club', closed: true }] }));
    federation.charter = federation.charter.succeed(federation.chain[1]);
    await wallet.claim(federation.grant(20));
    federation.now += 3600n;
    await assert.rejects(wallet.give(5, 1n), { code: 'no-such-association' });
  });

  it('is not asked for again and again while no store answers', async () => {
    const { federation, wallet } = await setUp();
    federation.now += 3600n;
    federation.down = new Set([1, 2, 3, 4]);
    for (let i = 0; i < 3; i += 1) await assert.rejects(wallet.give(5, 1n), { code: 'not-enough' });
    federation.down.clear();
    await assert.rejects(wallet.give(5, 1n), { code: 'not-enough' });
    assert.equal(federation.requests.filter(({ path }) => path === '/v1/charter').length, 2);
    federation.now += 600n;
    await assert.rejects(wallet.give(5, 1n), { code: 'not-enough' });
    assert.equal(federation.requests.filter(({ path }) => path === '/v1/charter').length, 4);
  });

  it('is waited for no longer than 24 seconds in all, from no more than six stores', async (t) => {
    const { federation, wallet } = await setUp({ n: 7, f: 2 });
    federation.now += 3600n;
    let asked = 0;
    federation.before = ({ path }) => {
      if (path !== '/v1/charter') return undefined;
      asked += 1;
      return new Promise(() => undefined);
    };
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let end;
    const giving = wallet.give(5, 1n).catch((error) => (end = error.code));
    for (let second = 0; second < 24; second += 1) {
      await new Promise(setImmediate);
      t.mock.timers.tick(1000);
    }
    await new Promise(setImmediate);
    assert.equal(end, 'not-enough');
    await giving;
    assert.equal(asked, 6);
  });

  it('that does not follow the one held is not taken, and its owner is told', async () => {
    const warnings = [];
    const { federation, wallet } = await setUp({}, { onWarning: (warning) => warnings.push(warning.code) });
    federation.chain = [federation.sign({ ...federation.body, issued: 1n })];
    federation.now += 3600n;
    await assert.rejects(wallet.give(5, 1n), { code: 'not-enough' });
    assert.deepEqual(new Set(warnings), new Set(['charters-differ']));
  });

  it('of another federation than was asked for makes no wallet', async () => {
    const federation = new Federation();
    const making = Wallet.create({
      storage: new MemoryStorage(),
      fetch: federation.fetch,
      node: federation.addresses[0],
      federation: '00'.repeat(32),
    });
    await assert.rejects(making, { code: 'other-federation' });
  });
});

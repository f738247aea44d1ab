// The shopper at the command line, as a program of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { serve } from './support/server.mjs';

const program = new URL('../examples/shopper.js', import.meta.url).pathname;
let stores;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ronde-shopper-'));
  // The shopper's clock is the real one.
  stores = await serve({ now: BigInt(Math.floor(Date.now() / 1000)) });
});
after(async () => {
  await stores.close();
  rmSync(folder, { recursive: true });
});

function run(name, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, '--wallet', join(folder, name), ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (piece) => (text += piece));
    const json = () => (text === '' ? undefined : JSON.parse(text));
    child.on('close', (code, signal) => resolve({ code, signal, text, json: json() }));
  });
}

const node = () => stores.federation.addresses[0];

describe('the shopper', () => {
  it('makes a wallet, claims, pays and says what it has', async () => {
    const made = await run('a', ['new', '--node', node()]);
    assert.equal(made.code, 0);
    assert.equal(made.json.words.length, 24);
    assert.equal(made.json.device, 0);
    const claimed = await run('a', ['claim', stores.federation.grant(150)]);
    assert.deepEqual([claimed.json.ok, claimed.json.state, claimed.json.points], [true, 'done', 150]);
    const paid = await run('a', ['pay', stores.federation.checkout(100n, { store: 2 }), '--points', '37']);
    assert.deepEqual([paid.json.state, paid.json.points, paid.json.balance], ['done', 37, 113]);
    assert.ok(paid.json.millis > 0);
    const { json } = await run('a', ['balance']);
    assert.deepEqual(json, { ok: true, points: 113, held: 0, vouchers: [], ballots: [], pending: 0 });
    const history = await run('a', ['history']);
    const records = history.json.records.map(({ purpose, points }) => [purpose, points]);
    assert.deepEqual(records, [['claim', 150], ['pay', 37]]);
    assert.equal(statSync(join(folder, 'a', 'wallet')).mode & 0o777, 0o600);
  });

  it('pays a basket, waits for the till, and keeps the receipt', async () => {
    const { baskets } = stores.federation;
    await run('b', ['new', '--node', node()]);
    await run('b', ['claim', stores.federation.grant(50)]);
    const link = baskets.ring({ total: 3000n, max: 40n, receipt: 'Lait 1,20' });
    const { json: seen } = await run('b', ['basket', link]);
    assert.deepEqual([seen.ok, seen.state, seen.max, seen.pay_cents, seen.earns.points], [true, 'open', 40, 3000, 30]);
    const { json: paid } = await run('b', ['pay-basket', link, '--points', '40']);
    assert.deepEqual([paid.state, paid.balance], ['done', 10]);
    baskets.complete(link);
    const { json: done } = await run('b', ['follow-basket', link, '--receipts', folder, '--wait', '5']);
    assert.deepEqual([done.state, done.claim, done.over, done.balance, done.paid], ['complete', 'done', true, 39, true]);
    const file = join(folder, `${link.split('#')[0].split('/').at(-1)}.txt`);
    assert.deepEqual([readFileSync(file, 'utf8'), statSync(file).mode & 0o777], ['Lait 1,20', 0o600]);
    const other = baskets.ring({ max: 40n, atOnce: true });
    assert.equal((await run('b', ['decline-basket', other])).json.state, 'complete');
    assert.equal((await run('b', ['follow-basket', other])).json.balance, 59);
  });

  it('prints one line of JSON and exits with 1 when it fails', async () => {
    const { code, text, json } = await run('none', ['balance']);
    assert.equal(code, 1);
    assert.equal(text.trim().split('\n').length, 1);
    assert.deepEqual([json.ok, json.error.code], [false, 'no-wallet']);
    assert.ok(json.error.what.length > 0 && json.error.fix.length > 0);
    const paid = await run('a', ['pay', stores.federation.checkout(10n), '--points', '11']);
    assert.equal(paid.json.error.code, 'over-maximum');
    assert.equal((await run('a', ['dance'])).json.error.code, 'usage');
    assert.equal((await run('a', ['balance', '--loudly'])).json.error.code, 'usage');
    assert.equal((await run('a', ['recover', 'x', '--keyset', '1'])).json.error.code, 'no-such-order');
  });

  for (const stop of ['after-save', 'after-send']) {
    it(`completes in the same bytes what a kill broke off ${stop}`, async () => {
      const { federation } = stores;
      await run(stop, ['new', '--node', node()]);
      const sent = () => federation.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
      const before = sent().length;
      const killed = await run(stop, ['claim', federation.grant(50)], { RONDE_STOP: stop });
      assert.equal(killed.signal, 'SIGKILL');
      if (stop === 'after-save') assert.equal(sent().length, before);
      const claimed = await run(stop, ['resume']);
      assert.deepEqual([claimed.json.resumed.map(({ state }) => state), claimed.json.balance], [['done'], 50]);
      const paying = await run(stop, ['pay', federation.checkout(20n), '--points', '11'], { RONDE_STOP: stop });
      assert.equal(paying.signal, 'SIGKILL');
      const resumed = await run(stop, ['resume']);
      assert.deepEqual([resumed.json.resumed.map(({ state }) => state), resumed.json.balance], [['done'], 39]);
      assert.equal(new Set(sent().slice(before)).size, 2);
    });
  }

  it('brings an order back from the words, with the next device number', async () => {
    const made = await run('lost', ['new', '--node', node()]);
    const claimed = await run('lost', ['claim', stores.federation.grant(77)]);
    const words = join(folder, 'words');
    writeFileSync(words, made.json.words.join(' '));
    const again = await run('found', ['new', '--node', node(), '--words-file', words, '--device', '1']);
    assert.equal(again.json.words, undefined);
    const recovered = await run('found', ['recover', claimed.json.order, '--keyset', String(claimed.json.keyset)]);
    assert.deepEqual([recovered.json.points, recovered.json.balance], [77, 77]);
    assert.equal((await run('found', ['pay', stores.federation.checkout(77n), '--points', '77'])).json.state, 'done');
  });

  it('says of mistyped words what is wrong in their own language', async () => {
    const words = join(folder, 'mistyped words');
    const cases = [
      ['zoo '.repeat(24), 'invalid-checksum'],
      ['abaisser '.repeat(24), 'invalid-checksum'],
      [`${'zoo '.repeat(23)}zooo`, 'unknown-word'],
      ['zoo', 'bad-word-count'],
    ];
    for (const [text, code] of cases) {
      writeFileSync(words, text);
      const { json } = await run('mistyped', ['new', '--node', node(), '--words-file', words, '--device', '1']);
      assert.equal(json.error.code, code, text);
    }
  });

  it('restores a wallet from its words alone, and completes what a kill left behind', async () => {
    const { federation } = stores;
    const made = await run('searched', ['new', '--node', node()]);
    await run('searched', ['claim', federation.grant(9)]);
    await run('searched', ['pay', federation.checkout(2n), '--points', '2'], { RONDE_STOP: 'after-send' });
    const words = join(folder, 'searched.txt');
    writeFileSync(words, made.json.words.join(' '));
    assert.equal((await run('restored', ['restore', '--node', node()])).json.error.code, 'usage');
    const named = await run('restored', ['restore', '--node', node(), '--words-file', words, '--device', '1']);
    assert.equal(named.json.error.code, 'usage');
    const { code, json } = await run('restored', ['restore', '--node', node(), '--words-file', words]);
    const { complete, device, found, balance, pending } = json;
    assert.deepEqual([code, complete, device, found, balance, pending], [0, true, 2, 2, 7, 0]);
    assert.equal((await run('restored', ['balance'])).json.points, 7);
  });

  it('takes the address of a node with a slash at its end, and gives the folder back', async () => {
    assert.equal((await run('slash', ['new', '--node', `${node()}/`])).json.ok, true);
    const before = stores.federation.requests.length;
    const claimed = await run('slash', ['--node', `${node()}/`, 'claim', stores.federation.grant(9)]);
    assert.equal(claimed.json.state, 'done');
    assert.ok(stores.federation.requests.slice(before).every(({ path }) => !path.startsWith('//')));
    assert.deepEqual(readdirSync(join(folder, 'slash')), ['wallet']);
  });

  it('is refused a folder that another process uses', async () => {
    await run('shared', ['new', '--node', node()]);
    writeFileSync(join(folder, 'shared', 'lock'), `${process.pid} somebody`);
    assert.equal((await run('shared', ['balance'])).json.error.code, 'wallet-in-use');
    rmSync(join(folder, 'shared', 'lock'));
    assert.equal((await run('shared', ['balance'])).json.ok, true);
  });
});

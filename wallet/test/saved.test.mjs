// How a wallet is saved.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MemoryStorage, Wallet } from '../dist/index.js';
import { readWallet, saveWallet } from '../dist/machine/wallet/index.js';
import { NOW } from './support/federation.mjs';

/** A wallet that was written in format 3: restored, with a claim that lacks a component and a payment that is open. */
const third = new Uint8Array(Buffer.from(readFileSync(new URL('fixtures/saved-3.txt', import.meta.url), 'utf8'), 'base64'));

/** What comes of a wallet of an older format when it is saved now: only the number and what is new differ. */
const rewritten = (bytes) => readWallet(saveWallet(readWallet(bytes)));

describe('a wallet that an older version saved', () => {
  it('is read with all that it had, and written anew', () => {
    assert.equal(third[0], 3);
    const held = readWallet(third);
    assert.deepEqual(rewritten(third), held);
    assert.equal(saveWallet(held)[0], 6);
    const { coins, orders, history, device } = held.state;
    assert.deepEqual([coins.length, orders.length, history.length, device], [7, 2, 4, 2]);
    assert.equal(coins.filter(({ unproven }) => unproven).length, 3);
    assert.ok(coins.every((coin) => !('unbound' in coin)) && orders.every((order) => !('askFrom' in order)));
  });

  it('opens, and has what it had', async () => {
    const storage = new MemoryStorage();
    await storage.save({ revision: 1, bytes: third });
    const wallet = await Wallet.open({ storage, now: () => NOW });
    const vouchers = [{ offer: 3, count: 2 }];
    const ballots = [{ campaign: 2, count: 1 }];
    assert.deepEqual(wallet.balance(), { points: 7n, held: 16n, vouchers, ballots, pending: 2 });
    assert.equal(wallet.searching, false);
  });

  it('is read in the formats before that too', () => {
    // Without coins and orders formats 3 and 4 are the same, format 5 has one byte more, for payments, and format 6 two more, for
    // baskets and receipts. Before format 3 the byte was missing that says whether a search was begun; in format 1 the one before
    // it as well, at the end of a record.
    const held = readWallet(third);
    const { seed, federation, charters, checked, state } = held;
    const history = state.history.filter(({ purpose }) => purpose === 'claim');
    assert.equal(history.length, 1);
    const bare = { seed, federation, charters, checked, state: { ...state, coins: [], orders: [], history } };
    const sixth = saveWallet(bare);
    for (const format of [1, 2, 3, 4, 5]) {
      const more = format === 5 ? 2 : 3;
      const older = Uint8Array.from(sixth.subarray(0, sixth.length - more - Math.max(3 - format, 0)));
      older[0] = format;
      assert.deepEqual(readWallet(older), bare);
    }
  });

  it('is refused in a format that is not known', () => {
    for (const format of [0, 7]) {
      const other = Uint8Array.from(third);
      other[0] = format;
      assert.throws(() => readWallet(other), { code: 'record-unreadable' });
    }
  });
});

describe('what is saved', () => {
  it('keeps payments of which it is not known what became of them, and their claims', () => {
    const held = readWallet(third);
    const places = [{ keyset: 1, device: 2, order: 3n, slot: 4 }];
    const [first, ...orders] = held.state.orders;
    const [digest, body] = ['ab'.repeat(32), new Uint8Array(9).fill(1)];
    const signature = new Uint8Array(64).fill(2);
    const about = { type: 'refund', store: 3, order: digest, refunded: body, signature, points: 7n };
    const record = { ...held.state.history[0], purpose: 'refund', outcome: 'withdrawn', grant: digest };
    const state = {
      ...held.state,
      orders: [{ ...first, about }, ...orders],
      history: [record],
      payments: [{ digest, order: body, places }],
    };
    assert.deepEqual(readWallet(saveWallet({ ...held, state })).state, state);
  });

  it('keeps that a probe has found a coin unbound, and when stores may be asked', () => {
    const held = readWallet(third);
    const [first, ...rest] = held.state.coins;
    const [order, ...orders] = held.state.orders;
    const state = {
      ...held.state,
      coins: [{ ...first, unbound: true }, ...rest],
      orders: [{ ...order, askFrom: 7n }, ...orders],
    };
    assert.deepEqual(readWallet(saveWallet({ ...held, state })).state, state);
  });
});

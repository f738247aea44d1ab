// How a wallet is saved.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWallet, saveWallet } from '../dist/machine/wallet/index.js';
import { setUp } from './support/wallets.mjs';

describe('what is saved', () => {
  it('is read in the formats before this one too', async () => {
    const { federation, storage, wallet } = await setUp();
    await wallet.claim(federation.grant(20));
    const { bytes } = await storage.load();
    const held = readWallet(bytes);
    // A claim in the history: format 1 had one byte less in each record, and formats 1 and 2 one less at the end.
    const { length } = held.state.history;
    assert.equal(length, 1);
    for (const format of [1, 2]) {
      const older = Uint8Array.from(bytes.subarray(0, bytes.length - (3 - format)));
      older[0] = format;
      assert.deepEqual(readWallet(older), held);
      assert.deepEqual(saveWallet(readWallet(older)), bytes);
      older[0] = 4;
      assert.throws(() => readWallet(older), { code: 'record-unreadable' });
    }
  });
});

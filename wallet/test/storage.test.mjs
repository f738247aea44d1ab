// Where wallets are kept: each storage is judged by the same demands.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import { IndexedDbStorage, MemoryStorage, Wallet } from '../dist/index.js';
import { FileStorage } from '../dist/wallet/node/index.js';
import { english } from '../dist/words/english.js';
import { setUp } from './support/wallets.mjs';

const folder = () => mkdtempSync(join(tmpdir(), 'ronde-storage-'));
const record = (revision, ...bytes) => ({ revision, bytes: Uint8Array.from(bytes) });

/** Each gives a function that opens the same place again. */
const KINDS = {
  'in a folder': () => {
    const path = folder();
    return { open: () => FileStorage.open(path), end: () => rmSync(path, { recursive: true }) };
  },
  'in a browser': () => {
    const factory = new IDBFactory();
    return { open: () => IndexedDbStorage.open('test', factory), end: () => undefined };
  },
  'in memory': () => {
    const storage = new MemoryStorage();
    return { open: () => Promise.resolve(storage), end: () => undefined };
  },
};

for (const [name, kind] of Object.entries(KINDS)) {
  describe(`a storage ${name}`, () => {
    it('has nothing at first, and then what was saved last', async () => {
      const { open, end } = kind();
      const first = await open();
      assert.equal(await first.load(), undefined);
      await first.save(record(1, 1, 2, 3));
      await first.save(record(2, 4));
      await first.close();
      const again = await open();
      const found = await again.load();
      assert.deepEqual([found.revision, [...found.bytes]], [2, [4]]);
      assert.equal(found.bytes.constructor, Uint8Array);
      await again.close();
      end();
    });

    it('refuses a second writer, and keeps what the first wrote', async () => {
      const { open, end } = kind();
      const storage = await open();
      await storage.save(record(1, 1));
      await storage.save(record(2, 2));
      await assert.rejects(storage.save(record(2, 9)), { code: 'wallet-in-use' });
      await assert.rejects(storage.save(record(4, 9)), { code: 'wallet-in-use' });
      assert.deepEqual([...(await storage.load()).bytes], [2]);
      await storage.close();
      end();
    });

    it('keeps a whole wallet', async () => {
      const { open, end } = kind();
      const { federation, surroundings, wallet } = await setUp({}, { storage: await open() });
      await wallet.claim(federation.grant(30, { vouchers: [{ offer: 3, count: 1 }], ballot: 2 }));
      federation.mute = new Set([1, 2]);
      await wallet.pay(federation.checkout(20n), 11n);
      const before = [wallet.balance(), wallet.history(), wallet.words(english)];
      await wallet.close();
      const again = await Wallet.open({ ...surroundings, storage: await open() });
      assert.deepEqual([again.balance(), again.history(), again.words(english)], before);
      await again.close();
      end();
    });
  });
}

describe('a folder', () => {
  it('is for its owner alone, and leaves no half-written file', async () => {
    const path = folder();
    const storage = await FileStorage.open(path);
    await storage.save(record(1, 1));
    assert.equal(statSync(join(path, 'wallet')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path).sort(), ['lock', 'wallet']);
    await storage.close();
    assert.deepEqual(readdirSync(path), ['wallet']);
    rmSync(path, { recursive: true });
  });

  it('is opened by one at a time', async () => {
    const path = folder();
    const first = await FileStorage.open(path);
    await assert.rejects(FileStorage.open(path), { code: 'wallet-in-use' });
    await first.close();
    await (await FileStorage.open(path)).close();
    rmSync(path, { recursive: true });
  });

  it('is free again when the process that had it is no more', async () => {
    const path = folder();
    // The second had this process's own number, as it is in a container that was started again.
    for (const [i, holder] of ['999999999 gone', `${process.pid} earlier`].entries()) {
      writeFileSync(join(path, 'lock'), holder);
      const storage = await FileStorage.open(path);
      await storage.load();
      await storage.save(record(i + 1, 1));
      await storage.close();
    }
    rmSync(path, { recursive: true });
  });

  it('is not written to by one who lost the lock', async () => {
    const path = folder();
    const storage = await FileStorage.open(path);
    writeFileSync(join(path, 'lock'), '1 another');
    await assert.rejects(storage.save(record(1, 1)), { code: 'wallet-in-use' });
    assert.equal(await storage.load(), undefined);
    rmSync(path, { recursive: true });
  });

  it('with a file that is no wallet says so', async () => {
    const path = folder();
    writeFileSync(join(path, 'wallet'), 'nonsense that is long enough');
    const storage = await FileStorage.open(path);
    await assert.rejects(Wallet.open({ storage }), { code: 'record-unreadable' });
    await storage.close();
    rmSync(path, { recursive: true });
  });
});

// Where wallets are kept: each storage is judged by the same demands.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/** The lock that an open storage of this process has. */
async function lockOf(path) {
  const storage = await FileStorage.open(path);
  const token = readFileSync(join(path, 'lock'), 'utf8');
  await storage.close();
  return token;
}

/** Watches what is flushed to the disk, and may let it fail. */
function flushes(t, onFlush) {
  const flushed = [];
  const { open } = promises;
  t.mock.method(promises, 'open', async (path, ...more) => {
    const file = await open(path, ...more);
    const sync = file.sync.bind(file);
    file.sync = () => {
      flushed.push(path);
      onFlush(path);
      return sync();
    };
    return file;
  });
  syncBuiltinESMExports();
  t.after(() => restore(t));
  return flushed;
}

function restore(t) {
  t.mock.restoreAll();
  syncBuiltinESMExports();
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
    const token = await lockOf(path);
    const [pid, host, boot, random] = token.split(' ');
    // The last two: this process's own number, as it is in a container that was started again; and any number, before
    // the machine was started again.
    const gone = [['999999999', host, boot], [pid, host, boot], [String(process.ppid), host, 'earlier']];
    for (const [i, holder] of gone.entries()) {
      writeFileSync(join(path, 'lock'), [...holder, i === 1 ? '0'.repeat(32) : random].join(' '));
      const storage = await FileStorage.open(path);
      await storage.load();
      await storage.save(record(i + 1, 1));
      await storage.close();
    }
    rmSync(path, { recursive: true });
  });

  it('is not free if its lock is of another machine, or of nobody knows whom', async () => {
    const path = folder();
    const [, , boot, random] = (await lockOf(path)).split(' ');
    for (const holder of [`999999999 elsewhere/- ${boot} ${random}`, '999999999 gone', '']) {
      writeFileSync(join(path, 'lock'), holder);
      await assert.rejects(FileStorage.open(path), (error) => {
        assert.equal(error.code, 'wallet-in-use');
        assert.match(error.what, /"lock"/);
        return true;
      });
      assert.equal(readFileSync(join(path, 'lock'), 'utf8'), holder);
    }
    rmSync(path, { recursive: true });
  });

  it('is not written to over a record that another wrote meanwhile', async () => {
    const path = folder();
    const storage = await FileStorage.open(path);
    await storage.save(record(1, 1));
    const lock = readFileSync(join(path, 'lock'));
    // Another breaks the lock, writes, goes, and the first is as it was: what a suspended machine may see.
    rmSync(join(path, 'lock'));
    const other = await FileStorage.open(path);
    await other.save(record(2, 22));
    await other.close();
    writeFileSync(join(path, 'lock'), lock);
    await assert.rejects(storage.save(record(2, 9)), { code: 'wallet-in-use' });
    assert.deepEqual([...(await storage.load()).bytes], [22]);
    rmSync(path, { recursive: true });
  });

  it('that is new is flushed in the folders above it', { skip: process.platform === 'win32' }, async (t) => {
    const above = folder();
    const flushed = flushes(t, () => undefined);
    const path = join(above, 'a', 'b');
    await (await FileStorage.open(path)).close();
    for (const parent of [dirname(path), above]) assert.ok(flushed.includes(parent), parent);
    rmSync(above, { recursive: true });
  });

  it('that can not be flushed is used no more until it is opened anew', { skip: process.platform === 'win32' }, async (t) => {
    const path = folder();
    const storage = await FileStorage.open(path);
    await storage.save(record(1, 1));
    flushes(t, (flushed) => {
      if (flushed === path) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    });
    await assert.rejects(storage.save(record(2, 2)), { code: 'storage-unknown' });
    restore(t);
    await assert.rejects(storage.save(record(2, 3)), { code: 'storage-unknown' });
    await assert.rejects(storage.load(), { code: 'storage-unknown' });
    await storage.close();
    const again = await FileStorage.open(path);
    assert.equal((await again.load()).revision, 2);
    await again.save(record(3, 3));
    await again.close();
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

/** One process at a time: a file that says which. */

import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, link } from 'node:fs/promises';
import { StorageError } from '../storage.js';

/** What this very process holds. A lock with its number that is not here is of an earlier process of that number. */
const own = new Set<string>();

/** A lock on a folder. It is free when it is released, or when the process that held it is no more. */
export class FileLock {
  private constructor(
    readonly path: string,
    readonly token: string,
  ) {}

  /**
   * Takes the lock.
   *
   * @throws StorageError `wallet-in-use` if a process that is running holds it.
   */
  static async take(path: string): Promise<FileLock> {
    const token = `${process.pid} ${randomBytes(16).toString('hex')}`;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      if (await create(path, token)) {
        own.add(token);
        return new FileLock(path, token);
      }
      const holder = await read(path);
      if (holder === undefined) continue;
      if (isRunning(holder)) throw held(holder);
      await breakStale(path, holder);
    }
    throw new StorageError('wallet-in-use', 'several programs take this wallet at the same time');
  }

  /** Fails if the lock was lost: nothing may be written then. */
  async check(): Promise<void> {
    const holder = await read(this.path);
    if (holder !== this.token) throw held(holder ?? 'nobody');
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    own.delete(this.token);
    if ((await read(this.path)) === this.token) await rm(this.path, { force: true });
  }
}

async function create(path: string, token: string): Promise<boolean> {
  // Written aside and then linked, so that no other process ever reads half a token.
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(token);
  } finally {
    await file.close();
  }
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(holder: string): boolean {
  const pid = Number.parseInt(holder, 10);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return own.has(holder);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Moves a dead process's lock away; puts it back if meanwhile another had taken it. */
async function breakStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await read(aside)) !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function held(holder: string): StorageError {
  return new StorageError('wallet-in-use', `process ${Number.parseInt(holder, 10) || 'unknown'} uses this wallet`);
}

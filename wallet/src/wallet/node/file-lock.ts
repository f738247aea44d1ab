/** One process at a time: a file that says which. */

import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { StorageError } from '../storage.js';

/** What this very process holds. A lock with its number that is not here is of an earlier process of that number. */
const own = new Set<string>();

/** Who holds a lock. A process's number says nothing on another machine, or about the time before a restart. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
}

/**
 * A lock on a folder. It is free when it is released, or when the process that held it is no more. Of a process of
 * another machine nobody here can know that: its lock is held until its owner deletes the file.
 */
export class FileLock {
  private constructor(
    readonly path: string,
    readonly token: string,
  ) {}

  /**
   * Takes the lock.
   *
   * @throws StorageError `wallet-in-use` if a process that is running holds it, or one of another machine does.
   */
  static async take(path: string): Promise<FileLock> {
    const here = await self();
    const token = `${here.pid} ${here.host} ${here.boot} ${randomBytes(16).toString('hex')}`;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      if (await create(path, token)) {
        own.add(token);
        return new FileLock(path, token);
      }
      const holder = await read(path);
      if (holder === undefined) continue;
      if (!isGone(holder, here)) throw held(holder, here.host);
      await breakStale(path, holder);
    }
    throw new StorageError('wallet-in-use', 'several programs take this wallet at the same time');
  }

  /** Fails if the lock was lost: nothing may be written then. */
  async check(): Promise<void> {
    const holder = await read(this.path);
    if (holder !== this.token) throw held(holder ?? '', parse(this.token)?.host ?? '');
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    own.delete(this.token);
    if ((await read(this.path)) === this.token) await rm(this.path, { force: true });
  }
}

/** This process, on this machine, since it was started last. */
async function self(): Promise<Holder> {
  const machine = await firstLine('/etc/machine-id');
  const host = `${encodeURIComponent(hostname())}/${machine}`;
  return { pid: process.pid, host, boot: await firstLine('/proc/sys/kernel/random/boot_id') };
}

/** What Linux says in a file; `-` where there is none. */
async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^[0-9A-Za-z-]+/.exec(text)?.[0] ?? '-';
}

function parse(token: string): Holder | undefined {
  const [, pid, host, boot] = /^([1-9][0-9]{0,9}) (\S+) (\S+) [0-9a-f]{32}$/.exec(token) ?? [];
  return pid === undefined || host === undefined || boot === undefined ? undefined : { pid: Number(pid), host, boot };
}

async function create(path: string, token: string): Promise<boolean> {
  // Written aside and then linked, so that no other process ever reads half a token; flushed, so that a power failure
  // leaves none either.
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(token);
      await file.sync();
    } finally {
      await file.close();
    }
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

/** Whether the holder of a token is surely no more. */
function isGone(token: string, here: Holder): boolean {
  const holder = parse(token);
  if (holder === undefined || holder.host !== here.host) return false;
  if (holder.boot !== here.boot) return true;
  if (holder.pid === here.pid) return !own.has(token);
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
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

function held(token: string, here: string): StorageError {
  const holder = parse(token);
  if (holder?.host === here) return new StorageError('wallet-in-use', `process ${holder.pid} uses this wallet`);
  const where = holder === undefined ? 'an unknown program' : 'a program of another machine';
  const what = `${where} has this wallet; delete the file "lock" of its folder only if that program is surely no more`;
  return new StorageError('wallet-in-use', what);
}

import { agreedLength } from '../message/bucket-check.js';
import type { Keyset } from '../message/keyset.js';
import { isSpendable } from '../machine/wallet/missing.js';
import { nextStores, noteQuestion } from '../machine/wallet/next-stores.js';
import type { StoresSoFar } from '../machine/wallet/next-stores.js';
import { chooseAmong } from '../machine/wallet/outputs.js';
import { slotZero } from '../machine/wallet/places.js';
import { recover } from '../machine/wallet/recover.js';
import { endSearch, Search, searchedKeysets, startSearch } from '../machine/wallet/search.js';
import type { OrderPlace } from '../machine/wallet/state.js';
import { askBucket } from './ask-bucket.js';
import type { FoundOrder } from './ask-bucket.js';
import type { Core } from './core.js';
import { drive, isFatal, warnOf } from './drive.js';
import { drawnStores, prove } from './prove.js';
import { RestoreClient } from './restore-client.js';

/** How far a search is. Which device and how many numbers are asked for in all is not known before its end. */
export interface SearchProgress {
  /** The device index that is searched. */
  readonly device: number;
  /** Questions that were answered, and that are open on this device. */
  readonly asked: number;
  readonly open: number;
  /** Orders that were found. */
  readonly found: number;
  /** Points of the coins that came back so far; some may have been spent. */
  readonly points: bigint;
}

/** What a search brought. */
export interface SearchResult {
  /** Whether it came to its end. If not, the wallet signs nothing until another search has ended. */
  readonly complete: boolean;
  /** The device index that the wallet has now. */
  readonly device: number;
  readonly found: number;
  readonly points: bigint;
}

/** What a search holds while it runs. */
interface Running {
  readonly core: Core;
  readonly client: RestoreClient;
  readonly machine: Search;
  readonly lengths: ReadonlyMap<number, number>;
  readonly stores: StoresSoFar;
  asked: number;
  found: number;
  points: bigint;
}

/**
 * Search: finds the orders of the wallet's words among those of everybody, takes their coins, and a device index that
 * nobody had; then completes what is open (RESTORE-17, RESTORE-23). What it found before it broke off is kept.
 */
export async function search(core: Core, onProgress: (progress: SearchProgress) => void): Promise<SearchResult> {
  await core.step((state) => ({ state: startSearch(state) }));
  await core.refreshCharter(true);
  const client = new RestoreClient(core.surroundings.fetch);
  const keysets = searchedKeysets(core.charter, core.now());
  const stores: StoresSoFar = { answered: new Set(), failed: new Set() };
  const lengths = await agreeLengths(core, client, stores, keysets);
  const machine = new Search(core.state.device, keysets.map(({ id }) => id));
  const running: Running = { core, client, machine, lengths, stores, asked: 0, found: 0, points: 0n };
  while (lengths.size === keysets.length && keysets.length > 0 && !machine.done) {
    onProgress(progressOf(running));
    if (!(await askOne(running))) break;
  }
  if (machine.done) await finish(running);
  const { found, points } = running;
  return { complete: machine.done, device: core.state.device, found, points };
}

/** Step 2: the length of prefixes of each keyset; one that too few tell is missing. */
async function agreeLengths(core: Core, client: RestoreClient, stores: StoresSoFar, keysets: readonly Keyset[]) {
  const lengths = new Map<number, number>();
  for (const keyset of keysets) {
    for (const base of nextStores(drawnStores(core), stores, 0)) {
      const nonce = core.random(32);
      const bits = await unlessRefused(async () => agreedLength(await client.lengths(base, keyset.id, nonce), nonce, keyset));
      noteQuestion(stores, base, bits === undefined);
      if (bits === undefined) continue;
      lengths.set(keyset.id, bits);
      break;
    }
  }
  return lengths;
}

/** Step 3, once: a number drawn among all that are open. Gives whether any store helped (RESTORE-18). */
async function askOne(running: Running): Promise<boolean> {
  const { core, machine, stores } = running;
  const drawn = chooseAmong(machine.open(), core.random(16));
  if (drawn === undefined) return false;
  const place = { keyset: drawn.keyset, device: machine.device, number: BigInt(drawn.number) };
  const question = questionOf(running, place);
  for (const base of nextStores(drawnStores(core), stores, running.asked + 1)) {
    core.alive();
    const orders = await unlessRefused(() => askBucket(core, running.client, base, question));
    noteQuestion(stores, base, orders === undefined);
    if (orders === undefined) continue;
    stores.answered.add(base);
    let found = false;
    for (const order of orders) found = (await take(running, place, order)) || found;
    running.asked += 1;
    if (found) running.found += 1;
    machine.answered(drawn, found);
    return true;
  }
  return false;
}

function questionOf({ core, lengths }: Running, place: OrderPlace) {
  const keyset = core.charter.keyset(place.keyset) as Keyset;
  const { blinded } = core.context.secrets.publicAt(slotZero(place));
  return { keyset, bits: lengths.get(place.keyset) as number, blinded };
}

/** Recovers an order that was found; gives whether it was not refused. */
async function take(running: Running, at: OrderPlace, found: FoundOrder): Promise<boolean> {
  const { core } = running;
  const { order, certificate, evaluations } = found;
  const recovered = await unlessRefused(() =>
    core.step((state) => recover(core.context, state, order, certificate, evaluations, core.now(), at)),
  );
  if (recovered === undefined) return false;
  running.points += recovered.points;
  warnOf(core, recovered.findings);
  return true;
}

/** Steps 4 and 5: the wallet's own device from now on, and what is open. */
async function finish({ core, machine, stores }: Running): Promise<void> {
  await core.step((state) => ({ state: endSearch(state, machine.device) }));
  if (stores.answered.size < 2) core.warn({ code: 'one-store', what: 'only one store answered: it saw all that was asked for' });
  const undecided = core.state.orders.filter((open) => !isSpendable(core.context, core.state, open));
  for (const { id } of undecided) await unlessRefused(() => drive(core, id, 'again'));
  await prove(core);
}

function progressOf({ machine, asked, found, points }: Running): SearchProgress {
  return { device: machine.device, asked, open: machine.open().length, found, points };
}

/** What `run` gives, or nothing if it was refused. Failures of storage, and the end of the wallet, are thrown on. */
async function unlessRefused<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isFatal(error)) throw error;
    return undefined;
  }
}

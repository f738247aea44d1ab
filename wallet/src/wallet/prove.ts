import { wipe } from '../crypto/index.js';
import type { Probe, ProbeAnswer } from '../message/probe.js';
import { chooseAmong } from '../machine/wallet/outputs.js';
import { askable, askedName, probeCoin, takeProbeAnswers } from '../machine/wallet/probe.js';
import type { Probed } from '../machine/wallet/probe.js';
import type { Coin, WalletState } from '../machine/wallet/state.js';
import { shuffled, storeAddresses } from './charters.js';
import type { Core } from './core.js';
import { driven, isFatal } from './drive.js';
import { TransportError } from './http-error.js';
import { RestoreClient } from './restore-client.js';

/** How many stores are asked about one coin at most. */
const MOST_STORES = 5;

/**
 * Prove: asks about each unproven coin by a probe of its own, in random order, one after the other (RESTORE-19). What an
 * order of the lost wallet binds is completed; a point coin that nothing binds is exchanged by a Swap of its own
 * (RESTORE-13). Only if no store answers, the rest is left for the next time.
 */
export async function prove(core: Core): Promise<void> {
  const now = core.now();
  const client = new RestoreClient(core.surroundings.fetch);
  const asked = new Set<string>();
  while (core.state.searching === undefined) {
    // Anew each time: what is completed may bind or spend a coin, and bring unproven ones of the lost wallet.
    const coins = askable(core.context, core.state, now).filter((coin) => !asked.has(askedName(coin)));
    const coin = chooseAmong(coins, core.random(16));
    if (coin === undefined) return;
    asked.add(askedName(coin));
    if (!(await proveOne(core, client, coin, now))) return;
  }
}

/** Asks about one coin, and follows what comes of it. Gives whether any store answered. */
async function proveOne(core: Core, client: RestoreClient, coin: Coin, now: bigint): Promise<boolean> {
  const entropy = [core.random(32), core.random(32)] as const;
  const probe = probeCoin(core.context, coin, core.random(32), entropy[0]);
  const take = (state: WalletState, answers: readonly ProbeAnswer[]): Probed =>
    takeProbeAnswers(core.context, state, probe, answers, now, entropy[1]);
  const probed = await askStores(core, client, probe, take).finally(() => wipe(...entropy));
  if (probed === undefined) return false;
  const { outcome, order } = probed;
  if (outcome === 'held') warnHeld(core);
  if (order === undefined) return true;
  core.announce(order);
  return isAnswered(core, order.id);
}

/**
 * Sends a probe to a store drawn at random; to another if that does not answer, refuses, or leaves the coin unclear: to
 * five at most, each of which is judged by itself. Gives nothing if none answered.
 */
async function askStores(
  core: Core,
  client: RestoreClient,
  probe: Probe,
  take: (state: WalletState, answers: readonly ProbeAnswer[]) => Probed,
): Promise<Probed | undefined> {
  let last: Probed | undefined;
  for (const base of randomStores(core).slice(0, MOST_STORES)) {
    core.alive();
    const answers = await answersOf(client, base, probe);
    if (answers === undefined) continue;
    last = await core.step((state) => take(state, answers));
    if (last.outcome !== 'unclear') break;
  }
  return last;
}

/** What a store answers; nothing of a store that refuses, and undefined if it does not answer. */
async function answersOf(client: RestoreClient, base: string, probe: Probe): Promise<ProbeAnswer[] | undefined> {
  try {
    return await client.probe(base, probe);
  } catch (error) {
    if (isFatal(error)) throw error;
    return error instanceof TransportError ? undefined : [];
  }
}

/** An address of each store in random order, after the one that the caller wants to go through. */
export function randomStores(core: Core): string[] {
  const { via } = core.surroundings;
  const all = drawnStores(core);
  return via === undefined ? all : [via, ...all.filter((base) => base !== via)];
}

/** An address of each store, all in random order: that which the caller wants to go through stands for its store. */
export function drawnStores(core: Core): string[] {
  const { via } = core.surroundings;
  const others = storeAddresses(core.charter).filter(({ bases }) => via === undefined || !bases.includes(via));
  const all = [...others.map(({ bases }) => bases[0] as string), ...(via === undefined ? [] : [via])];
  return shuffled(all, core.random);
}

/** Sends an order that a coin depends on; gives whether any store answered. */
async function isAnswered(core: Core, id: string): Promise<boolean> {
  let answered = true;
  try {
    ({ answered } = await driven(core, id));
  } catch (error) {
    if (isFatal(error)) throw error;
  }
  const open = core.state.orders.find((order) => order.id === id);
  if (answered && open !== undefined && open.certificate === undefined) warnHeld(core);
  return answered;
}

function warnHeld(core: Core): void {
  core.warn({ code: 'unproven', what: 'a recovered coin is held by an order of the wallet that was lost' });
}

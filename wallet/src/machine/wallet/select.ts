import { compareBytes, sameKind, worth } from '../../crypto/index.js';
import type { Kind } from '../../crypto/index.js';
import type { Charter } from '../../message/charter-chain.js';
import type { Keyset } from '../../message/keyset.js';
import { MAX_INPUTS } from '../../message/limits.js';
import { WalletError } from './error.js';
import { isOneOrder } from './outputs.js';
import { pointOf } from './secrets.js';
import { expectSearched, sum } from './state.js';
import type { Coin, WalletState } from './state.js';

/** Where a wallet stops looking for sets of witnesses. */
const MAX_CANDIDATES = 1024;

/** What an order spends. */
export interface Selection {
  readonly keyset: Keyset;
  /** By increasing P. */
  readonly coins: readonly Coin[];
}

/** Coins of a keyset that no open order spends, and that are not unproven. */
export function freeCoins(state: WalletState, keyset: number): Coin[] {
  return unboundCoins(state, keyset).filter(({ unproven }) => unproven === undefined);
}

function unboundCoins(state: WalletState, keyset: number): Coin[] {
  return state.coins.filter((coin) => coin.place.keyset === keyset && coin.spentBy === undefined);
}

/** The witnesses of which a coin has a component, as bits. */
function knownSet(coin: Coin): number {
  let set = 0;
  for (const index of coin.components.keys()) set |= 1 << index;
  return set >>> 0;
}

function sizeOf(set: number): number {
  let size = 0;
  for (let rest = set; rest !== 0; rest = (rest & (rest - 1)) >>> 0) size += 1;
  return size;
}

/** Whether a coin knows all witnesses of a set. */
function knows(coin: Coin, set: number): boolean {
  return ((knownSet(coin) & set) >>> 0) === set;
}

/** The keysets whose coins can be spent now, those that end first before others. */
export function redeemable(charter: Charter, now: bigint): Keyset[] {
  return charter.keysets
    .filter(({ entry }) => now < entry.redeemUntil)
    .sort((a, b) => {
      const [x, y] = [a.entry.redeemUntil, b.entry.redeemUntil];
      return x === y ? a.id - b.id : x < y ? -1 : 1;
    });
}

/** The sets of at least q witnesses among which one is chosen: SelectCoins, step 3. Larger ones first. */
export function candidates(coins: readonly Coin[], n: number, q: number): number[] {
  const all = 2 ** n - 1;
  const found = new Set<number>([all]);
  const known = [...new Set(coins.map(knownSet))].filter((set) => sizeOf(set) >= q);
  for (const set of known) {
    for (const other of [...found]) {
      if (found.size >= MAX_CANDIDATES) break;
      const both = (set & other) >>> 0;
      if (sizeOf(both) >= q) found.add(both);
    }
  }
  return [...found].sort((a, b) => sizeOf(b) - sizeOf(a) || a - b);
}

/** Point coins by falling (denomination, P). */
export function byWorth(coins: readonly Coin[]): Coin[] {
  return coins
    .filter(({ kind }) => kind.type === 'points')
    .sort((a, b) => {
      const [x, y] = [worth(a.kind), worth(b.kind)];
      return x === y ? compareBytes(pointOf(b), pointOf(a)) : x < y ? 1 : -1;
    });
}

/** PickPoints: coins worth at least `points`, or nothing if there are too few. */
export function pickPoints(coins: readonly Coin[], points: bigint): Coin[] | undefined {
  const taken: Coin[] = [];
  const over: Coin[] = [];
  let left = points;
  for (const coin of byWorth(coins)) {
    if (left > 0n && worth(coin.kind) <= left) {
      taken.push(coin);
      left -= worth(coin.kind);
    } else {
      over.push(coin);
    }
  }
  if (left === 0n) return taken;
  const last = over.at(-1);
  if (last === undefined) return undefined;
  let surplus = worth(last.kind) - left;
  const kept = taken.filter((coin) => {
    if (worth(coin.kind) > surplus) return true;
    surplus -= worth(coin.kind);
    return false;
  });
  return [...kept, last];
}

/** One coin of each kind that is asked for, or nothing. */
function pickExtras(coins: readonly Coin[], extras: readonly Kind[]): Coin[] | undefined {
  const rest = [...coins].sort((a, b) => compareBytes(pointOf(a), pointOf(b)));
  const taken: Coin[] = [];
  for (const kind of extras) {
    const at = rest.findIndex((coin) => sameKind(coin.kind, kind));
    const [coin] = at < 0 ? [] : rest.splice(at, 1);
    if (coin === undefined) return undefined;
    taken.push(coin);
  }
  return taken;
}

/** A selection of these coins. */
export function selectionOf(keyset: Keyset, coins: readonly Coin[]): Selection {
  return { keyset, coins: [...coins].sort((a, b) => compareBytes(pointOf(a), pointOf(b))) };
}

/**
 * SelectCoins: coins worth at least `points`, and one of each kind in `extras`, that at least q common witnesses know
 * (WALLET-14); those that more witnesses know before others (WALLET-16).
 */
export function selectCoins(
  state: WalletState,
  charter: Charter,
  points: bigint,
  extras: readonly Kind[],
  now: bigint,
): Selection {
  expectSearched(state);
  let withoutExtras = false;
  for (const keyset of redeemable(charter, now)) {
    const free = freeCoins(state, keyset.id);
    for (const candidate of candidates(free, keyset.witnesses.length, keyset.quorum)) {
      const usable = free.filter((coin) => knows(coin, candidate));
      const [paid, extra] = [pickPoints(usable, points), pickExtras(usable, extras)];
      if (paid !== undefined && extra === undefined) withoutExtras = true;
      if (paid === undefined || extra === undefined) continue;
      const coins = [...paid, ...extra];
      if (coins.length > MAX_INPUTS) throw new WalletError('too-many-coins', 'more than 256 coins would be spent');
      if (coins.length > 0) return selectionOf(keyset, coins);
    }
    const alone = points === 0n && extras.length === 1 ? unprovenCoin(state, keyset, extras[0]) : undefined;
    if (alone !== undefined) return selectionOf(keyset, [alone]);
  }
  throw nothingToSpend(state, extras, withoutExtras);
}

/** An unproven coin of a kind, which is spent alone (RESTORE-12). */
function unprovenCoin(state: WalletState, keyset: Keyset, kind: Kind | undefined): Coin | undefined {
  return unboundCoins(state, keyset.id).find(
    (coin) => kind !== undefined && sameKind(coin.kind, kind) && coin.unproven && coin.components.size >= keyset.quorum,
  );
}

/** Why no coins can be selected: a ballot or a voucher is what is missing, or points are. */
function nothingToSpend(state: WalletState, extras: readonly Kind[], withoutExtras: boolean): WalletError {
  const held = (kind: Kind): boolean => state.coins.some((coin) => sameKind(coin.kind, kind));
  if (extras.some(({ type }) => type === 'ballot')) return new WalletError('no-ballot', 'there is no such ballot');
  const isUnproven = ({ unproven, kind }: Coin): boolean => unproven === true && extras.some((e) => sameKind(e, kind));
  if (withoutExtras && state.coins.some(isUnproven)) {
    return new WalletError('voucher-alone', 'a voucher that was recovered is paid with alone');
  }
  if (extras.length > 0 && (withoutExtras || !extras.every(held))) {
    return new WalletError('no-voucher', 'there are not enough of these vouchers');
  }
  return new WalletError('not-enough', 'no coins of one keyset that can be spent together are worth this');
}

/**
 * SelectMost: the point coins that one Swap exchanges, perhaps none: as many of one candidate as it can, the largest first,
 * of one denomination or of all. `into` is the keyset that it makes coins of.
 */
export function selectMost(state: WalletState, keyset: Keyset, into: Keyset, denomination?: bigint): Coin[] {
  const free = freeCoins(state, keyset.id);
  let most: Coin[] = [];
  for (const candidate of candidates(free, keyset.witnesses.length, keyset.quorum)) {
    const usable = free.filter((coin) => knows(coin, candidate));
    const wanted = ({ kind }: Coin): boolean => denomination === undefined || worth(kind) === denomination;
    const coins = byWorth(usable).filter(wanted).slice(0, MAX_INPUTS);
    if (coins.length > most.length) most = coins;
  }
  while (!isOneOrder(sum(most), into)) most.pop();
  return most;
}
